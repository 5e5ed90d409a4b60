"""Spelling variants and nicknames: groups of names that one person may bear in different systems."""

from sample_data.names.origin import words

SPELLINGS: tuple[tuple[str, ...], ...] = tuple(
    words(line)
    for line in """
    Mohammed Muhammad Mohammad Mohamed Mohamad Muhammed Mohamud Mohd Md Mehmet
    Ahmed Ahmad Ahmet Ahmmed
    Hussain Hussein Husain Hossain Hüseyin Hossein
    Hassan Hasan Hassen
    Yusuf Yousef Youssef Yousuf Yousaf Yusef
    Ibrahim Ebrahim Ibraheem İbrahim
    Ismail Esmail Ismael İsmail
    Omar Umar Umer Ömer
    Usman Osman Othman Uthman
    Khalid Khaled Khalled
    Tariq Tarek Tareq Tarik
    Bilal Belal Bilaal
    Abdullah Abdallah Abdulla Abdullahi
    Abdul_Rahman Abdulrahman Abdurrahman Abd_al-Rahman Abdur_Rahman Abdirahman
    Abdul_Karim Abdulkarim Abd_al-Karim Abdulkareem
    Abdul_Aziz Abdulaziz Abd_al-Aziz
    Abdul_Wahid Abdulwahid Abd_al-Wahid
    Saeed Said Sayeed Saed
    Rashid Rasheed Rachid
    Saleem Salim Selim
    Javed Javaid Jawed
    Imran Emran Imraan
    Naveed Navid Naved
    Nadeem Nadim Nadym
    Faisal Faysal Feisal
    Sohail Suhail Sohayl
    Zubair Zubayr Zoubair
    Jamal Gamal Jamaal
    Mustafa Mostafa Mustaf Moustafa
    Mahmoud Mahmud Mahmood
    Hamza Hamzah Humza
    Qasim Kassim Qassim
    Haroon Harun Haroun
    Fatima Fatema Fatimah Fadumo Fatma
    Aisha Ayesha Aysha Asha Ayşe
    Maryam Mariam Meryem Maryan
    Zainab Zaynab Zeinab Zeynep
    Khadija Khadeeja Khadijah
    Nasreen Nasrin Nasrine
    Yasmin Yasmeen Yasemin
    Chowdhury Choudhury Chaudhry Choudhry Chaudhary
    Sheikh Shaikh Shaykh
    Uddin Ud-Din Udin
    Qureshi Quraishi Koreshi
    Rahman Rehman Rahaman
    Siddique Siddiqui Siddiq
    Miah Mia Miya
    Akhtar Akhter Aktar
    Iqbal Iqball
    Malik Malek
    Begum Begom
    Bibi Bi
    Khatun Khatoon
    Singh Sing
    Kaur Kour
    Karim Kareem
    Sergei Sergey Serguei
    Dmitri Dmitry Dmitriy Dimitri
    Alexei Alexey Aleksei Oleksiy
    Aleksandr Alexander Oleksandr Aleksander
    Andrei Andrey Andriy Andrej
    Mikhail Michail Mihail Mykhailo
    Yuri Yury Juri Yuriy
    Nikolai Nikolay Mykola
    Evgeny Yevgeny Evgeni Yevhen
    Vitaly Vitali Vitaliy
    Natalia Nataliya Natalya
    Tatiana Tatyana
    Ekaterina Yekaterina Kateryna
    Shevchenko Sevcenko
    Kuznetsov Kuznecov
    Popov Popoff
    Ivanov Iwanow
    Stephen Steven Stephan
    Philip Phillip
    Jonathan Johnathan Jonathon
    Geoffrey Jeffrey
    Graham Graeme
    Stuart Stewart
    Neil Niall Neal
    Sean Shaun Shawn Shane
    Darren Darran
    Craig Kraig
    Carl Karl
    Marcus Markus
    Nicholas Nicolas
    Christopher Kristopher Cristopher
    Michael Micheal Mikael
    Matthew Mathew
    Alan Allan Allen
    Ian Iain
    Kieran Ciaran Kieron
    Aaron Arron Aron
    Lewis Louis
    Catherine Katherine Kathryn Catharine
    Sarah Sara
    Anne Ann
    Rachel Rachael
    Rebecca Rebekah
    Claire Clare
    Stacey Stacy
    Tracey Tracy
    Lindsay Lynsey Lindsey
    Leanne Lianne
    Deborah Debra
    Alison Allison
    Siobhan Shivaun
    Patrick Padraig
    Connor Conor
    Brian Bryan
    Eamon Eamonn
    Thompson Thomson
    Clarke Clark
    Davies Davis
    Stevens Stephens
    Phillips Philips
    Brown Browne
    Green Greene
    Reid Read Reed
    Johnson Johnston Jonson
    Matthews Mathews
    Harris Harries
    Nicholson Nicolson
    Pearson Pierson
    Walsh Welsh Walshe
    Kelly Kelley
    Byrne Burn
    Connolly Connelly
    O'Reilly Reilly
    O'Connor Connor O'Conner
    O'Neill Neill O'Neil
    O'Brien Brien
    McDonald MacDonald Macdonald
    McKenzie MacKenzie Mackenzie Mc_Kenzie
    McLean MacLean
    McLeod MacLeod
    McCarthy MacCarthy Mc_Carthy
    McLoughlin McLaughlin
    Nowak Novak
    Wiśniewski Wisznewski
    Hoxha Hodja Hoxa
    Gjoka Djoka
    Popescu Popesco
    Nguyen Nguyễn
    Chan Chen
    Okafor Okafo
    Oluwaseun Seun
    Gonçalves Goncalvez
    Fernández Fernandes
    González Gonzales
    """.splitlines()
    if line.strip()
)
"""Spellings of one name; most pairs are close (Jaro-Winkler 0.9 or more), the ends of the longer groups are not."""

NICKNAMES: tuple[tuple[str, ...], ...] = tuple(
    words(line)
    for line in """
    William Bill Billy Will Willie Liam
    Robert Bob Bobby Rob Robbie
    Richard Dick Rick Ricky Richie
    James Jim Jimmy Jamie
    John Jack Johnny
    Michael Mick Mike Mickey
    Thomas Tom Tommy
    David Dave Davey
    Christopher Chris Kit
    Anthony Tony Ant
    Andrew Andy Drew
    Daniel Danny Dan
    Stephen Steve
    Steven Steve
    Edward Ted Eddie Ned
    Charles Charlie Chas Chuck
    Joseph Joe Joey
    Benjamin Ben Benny
    Samuel Sam Sammy
    Matthew Matt Matty
    Nicholas Nick Nicky
    Peter Pete
    Patrick Paddy Pat
    Kenneth Ken Kenny
    Ronald Ron Ronnie
    Terence Terry Tel
    Francis Frank Frankie
    Henry Harry Hal
    Gerald Gerry
    Alexander Alex Sandy Lex
    Jonathan Jon Jonny
    Leslie Les
    Raymond Ray
    Philip Phil
    Timothy Tim
    Frederick Fred Freddie
    Albert Bert Albie
    Elizabeth Liz Beth Betty Lizzie
    Margaret Maggie Peggy Meg
    Catherine Cath Kate Katie
    Rebecca Becky Becca
    Jennifer Jenny Jen
    Victoria Vicky Tori
    Samantha Sam Sammy
    Jacqueline Jackie
    Deborah Debbie Deb
    Susan Sue Susie
    Patricia Pat Trish
    Stephanie Steph
    Alexandra Alex Sandra
    Christine Chris Chrissie
    Amanda Mandy
    Theresa Terri Tess
    Tomasz Tomek
    Piotr Piotrek
    Krzysztof Krzys
    Katarzyna Kasia
    Małgorzata Gosia
    Aleksandr Sasha
    Dmitri Dima
    Vladimir Vova
    Gheorghe Gigi
    Constantin Costel
    José Pepe Zé
    Francisco Paco Chico
    Gurpreet Gopi
    Harpreet Happy
    Oluwaseun Seun
    Babatunde Tunde
    Emmanuel Emma Manny
    Jermaine Jay
    Abdul_Rahman Rahman
    Mohammed Mo
    """.splitlines()
    if line.strip()
)
"""A formal forename first, then what friends call its bearer."""

KUNYAS: tuple[str, ...] = words(
    "Hamza Yusuf Khalid Omar Bakr Musab Ibrahim Usama Dawud Zakariya Ayoub Haritha Mariam Talha Muslim Salih "
    "Qatada Layth"
)
"""What follows "Abu" in a kunya."""

MOHAMMED: tuple[str, ...] = SPELLINGS[0]
"""The Mohammed group."""
