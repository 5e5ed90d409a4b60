"""Name origins of continental Europe."""

from sample_data.names.origin import Origin, Surnames, composed, words

_POLISH_MALE = words("""
    Piotr Krzysztof Andrzej Tomasz Paweł Michał Marcin Grzegorz Łukasz Adam Marek Mariusz Mateusz Rafał Dariusz
    Sławomir Jarosław Kamil Jakub Robert Artur Wojciech Zbigniew Przemysław Sebastian Bartosz Damian Dawid Patryk Szymon
    Jacek Mirosław Radosław Stanisław Maciej Tadeusz Zdzisław Roman Leszek Bartłomiej Kacper Dominik Konrad Hubert
    """)
_POLISH_FEMALE = words("""
    Anna Katarzyna Małgorzata Agnieszka Barbara Ewa Magdalena Elżbieta Joanna Aleksandra Monika Natalia Karolina
    Justyna Beata Dorota Iwona Jolanta Renata Urszula Sylwia Paulina Weronika Kinga Patrycja Zuzanna Izabela Edyta
    """)
_ROMANIAN_MALE = words("""
    Andrei Alexandru Ionuț Gheorghe Ion Vasile Constantin Marian Florin Mihai Nicolae Adrian Cristian Daniel Marius
    Gabriel Bogdan Cătălin Ștefan Dumitru Valentin Viorel Costel Petru Sorin Răzvan Lucian Ovidiu Dorin Cosmin Claudiu
    """)
_ROMANIAN_FEMALE = words("""
    Maria Elena Ioana Andreea Mihaela Ana Cristina Alexandra Daniela Gabriela Georgiana Florentina Mirela Nicoleta
    Simona Loredana Roxana Raluca Adriana Camelia Denisa Larisa Petronela Ramona Viorica Vasilica Oana Alina
    """)
_ALBANIAN_MALE = words("""
    Arben Agron Besnik Dritan Ilir Genti Fatmir Altin Artan Edmond Ardian Klodian Ervin Elton Gjergj Bledar Shkëlqim
    Luan Arjan Blerim Valon Florian Endrit Erjon Klajdi Kujtim Leonard Mentor Pëllumb Skënder Taulant Xhevdet Zamir
    """)
_ALBANIAN_FEMALE = words("""
    Drita Elira Mimoza Vjollca Fatime Teuta Entela Anila Arta Blerta Besa Ermira Liljana Valbona Shpresa Rovena Elona
    Jonida Lindita Majlinda Nora Ornela
    """)
_SLAVIC_MALE = words("""
    Aleksandr Sergei Dmitri Andrei Alexei Vladimir Nikolai Ivan Mikhail Yuri Igor Oleg Viktor Maksim Evgeny Pavel Roman
    Denis Vitaly Anatoly Boris Georgi Dimitar Stoyan Hristo Plamen Todor Petar Artem Bohdan Taras Volodymyr Ruslan
    """)
_SLAVIC_FEMALE = words("""
    Olga Elena Tatiana Natalia Svetlana Irina Ekaterina Anna Marina Yulia Ludmila Galina Oksana Daria Anastasia Maria
    Desislava Ivanka Radka Tsvetana Kateryna Yana Victoria Ksenia
    """)
_BALTIC_MALE = words("""
    Mindaugas Tomas Andrius Darius Vytautas Jonas Marius Saulius Arturas Gintaras Edgars Jānis Andris Juris Mārtiņš
    Raimonds Kęstutis Rokas Lukas Deividas Valdas Ričardas Donatas Aivars Normunds Gatis Mantas Paulius
    """)
_BALTIC_FEMALE = words("""
    Rasa Jurgita Daiva Kristina Inga Ieva Agnė Laura Ilze Līga Inese Dace Sandra Vilma Rūta Neringa Živilė Aušra
    """)
_IBERIAN_MALE = words("""
    José João António Manuel Carlos Pedro Paulo Luís Miguel Rui Nuno Tiago Ricardo Bruno Fernando Jorge Juan Francisco
    Javier Alejandro Sérgio Hélder Márcio Thiago Rafael Diego Fabio Marco Giovanni Salvatore Antoine Luis Andrés Óscar
    """)
_IBERIAN_FEMALE = words("""
    Maria Ana Carla Sofia Inês Catarina Marta Patrícia Sandra Cláudia Fernanda Juliana Camila Carmen Lucía Isabel
    Teresa Fátima Mónica Raquel Luísa Beatriz Paola Francesca
    """)
_IBERIAN_SURNAMES = words("""
    Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Sousa Fernandes Gonçalves Gomes Lopes Marques Almeida
    Ribeiro Pinto Carvalho Teixeira Moreira Correia Mendes Nunes Soares Vieira Monteiro Cardoso Rocha García Rodríguez
    González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Álvarez Muñoz Romero
    Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Morales Suárez Ortega
    Delgado Castro Ortiz Rubio Marín Sanz Iglesias Medina Cortés Castillo Guerrero Lozano Cano Prieto Méndez Cruz
    Calvo Gallego Vidal León Herrera Peña Flores Cabrera Campos Vega Fuentes Carrasco Reyes Caballero Nieto Aguilar
    """)

EUROPEAN: tuple[Origin, ...] = (
    Origin(
        "polish",
        0.025,
        0.01,
        _POLISH_MALE,
        _POLISH_FEMALE,
        Surnames(
            words("""Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak
            Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski Wojciechowski Krawczyk Kaczmarek Piotrowski
            Grabowski Pawłowski
            Michalski Król Wieczorek Jabłoński Wróbel Stępień Malinowski Jaworski Górski Pawlak Sikora Walczak
            Baran"""),
            composed(
                """Adam Bar Bieli Bogda Borow Brzez Buk Chmiel Czar Dobr Dud Gaj Głow Gołęb Grzyb Jagiel Jan Jasiń Kal
                Karp Kas Klim Koc Kos Koz Krup Kuch Kub Laskow Lip Lis Maj Mar Mich Mierz Mos Nied Ols Orł Ostrow Pasz
                Paw Pol Rad Rut Ryb Sad Sob Sok Stan Stas Szcz Tom Urb Wal Wilcz Wit Włod Wys Zaj Zar Zie Żur""",
                "owski iński ewski ik ek czyk ewicz owicz ak ka alski czak",
            ),
            head_mass=0.4,
        ),
        (("W9", 1.0),),
        (("Warsaw", "Polish", 0.4), ("Krakow", "Polish", 0.3), ("Gdansk", "Polish", 0.3)),
        feminine=(("ski", "ska"), ("cki", "cka"), ("dzki", "dzka")),
    ),
    Origin(
        "romanian",
        0.025,
        0.005,
        _ROMANIAN_MALE,
        _ROMANIAN_FEMALE,
        Surnames(
            words("""Popa Popescu Ionescu Pop Radu Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Constantin Marin
            Dobre Lazăr Florea Ilie Dinu Moldovan Munteanu Barbu Toma Stanciu Nistor Ursu Cojocaru Nicolae
            Tudor Voicu"""),
            composed(
                """Adam Alb Andrei Anton Arg Băl Basar Bog Bran Brăt Căl Cant Cerc Cior Codr Const Cost Cris Diac Dobr
                Dragom Dumitr Filip Gavril Georg Grig Iac Ilies Iord Lup Man Marc Mih Mir Mold Negr Nicul Olt Pan Petr
                Pop Rad Roman Sand Săv Simi Stănc Stef Tăn Teod Tom Ung Vas Vlad Zamf""",
                "escu eanu aru ache oiu ariu ea uță",
            ),
            head_mass=0.4,
        ),
        (("W9", 0.85), ("W3", 0.15)),
        (("Bucharest", "Romanian", 0.5), ("Iasi", "Romanian", 0.3), ("Cluj", "Romanian", 0.2)),
    ),
    Origin(
        "albanian",
        0.03,
        0.02,
        _ALBANIAN_MALE,
        _ALBANIAN_FEMALE,
        Surnames(
            words("""Hoxha Shehu Prifti Dervishi Bajrami Gjoka Gjoni Kola Leka Marku Meta Muça Ndoja Osmani Pjetri Rama
            Sula Tafa Zefi Berisha Krasniqi Gashi Shala Morina Hasani Halili Kastrati Ahmeti Beqiri Basha Çela Doda"""),
            composed(
                """Abaz Ali Arap Balli Bardh Bej Bush Cen Dal Dem Fejz Fer Gac Gjin Hals Hax Has Him Hys Ibra Idr Isl
                Jash Kap Kel Koc Kur Lam Lul Mal Mem Mus Myf Nik Pal Per Pre Qem Ram Rex Rrap Sad Sel Sin Spah Tah Thaq
                Tom Vel Vuc Xhaf Ym Zen Zog""",
                "aj i ari ollari eni iu uli",
            ),
            head_mass=0.45,
        ),
        (("W9", 1.0),),
        (("Tirana", "Albanian", 0.45), ("Shkoder", "Albanian", 0.3), ("Pristina", "Kosovan", 0.25)),
    ),
    Origin(
        "slavic",
        0.01,
        0.01,
        _SLAVIC_MALE,
        _SLAVIC_FEMALE,
        Surnames(
            words("""Ivanov Petrov Smirnov Kuznetsov Popov Volkov Sokolov Lebedev Kozlov Novikov Morozov Pavlov
            Dimitrov Georgiev Nikolov Todorov Stoyanov Shevchenko Kovalenko Bondarenko Tkachenko Kravchenko
            Boyko Melnyk"""),
            composed(
                """Alekse Andre Bel Bog Bor Bul Chern Dan Dmitri Egor Fed Fil Gavril Gol Gor Grig Gus Il Kal Kar Kir Kol
                Kon Kor Kos Kras Kud Laz Leont Luk Mak Mart Mas Mih Mir Naz Nik Orl Os Pan Pol Rad Rod Rom Sav Sem Serg
                Sid Sim Sol Step Tar Tik Tim Tit Vas Vlas Vor Yak Zah Zai Zhuk""",
                "ov ev in enko chuk akov yshev",
            ),
            head_mass=0.35,
        ),
        (("W9", 1.0),),
        (("Moscow", "Russian", 0.3), ("Sofia", "Bulgarian", 0.4), ("Kyiv", "Ukrainian", 0.3)),
        cyrillic=True,
        feminine=(("ov", "ova"), ("ev", "eva"), ("in", "ina")),
    ),
    Origin(
        "baltic",
        0.012,
        0.005,
        _BALTIC_MALE,
        _BALTIC_FEMALE,
        Surnames(
            words("Kazlauskas Petrauskas Jankauskas Stankevičius Bērziņš Kalniņš Ozoliņš Liepiņš Balčiūnas Žukauskas"),
            composed(
                "Adom Bal But Dauk Gir Gric Jon Kar Kauz Lap Mar Mik Nork Paul Pet Rim Sav Sim Stan Tam Urb "
                "Vait Val Vas",
                "auskas evičius onis aitis ēns iņš ūnas",
            ),
            head_mass=0.25,
        ),
        (("W9", 1.0),),
        (("Vilnius", "Lithuanian", 0.6), ("Riga", "Latvian", 0.4)),
    ),
    Origin(
        "iberian",
        0.013,
        0.01,
        _IBERIAN_MALE,
        _IBERIAN_FEMALE,
        Surnames(_IBERIAN_SURNAMES, head_mass=1.0),
        (("W9", 0.75), ("M9", 0.15), ("O9", 0.1)),
        (
            ("Lisbon", "Portuguese", 0.45),
            ("Madrid", "Spanish", 0.2),
            ("Sao Paulo", "Brazilian", 0.2),
            ("Naples", "Italian", 0.15),
        ),
        two_surnames=0.7,
    ),
)
"""Origins of continental Europe, in a fixed order."""
