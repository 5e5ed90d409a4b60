"""Name origins of South and East Asia, the Middle East and Africa."""

from sample_data.names.origin import Origin, Surnames, composed, words

_MUSLIM_MALE = words("""
    Ali Ahmed Hassan Hussain Imran Abdul_Rahman Usman Bilal Hamza Omar Khalid Tariq Asif Kashif Nadeem Shahid Zahid
    Sajid Amir Adnan Faisal Irfan Kamran Rizwan Waqas Yusuf Ibrahim Ismail Abdullah Abdul_Karim Abdul_Aziz Saleem Javed
    Arshad Ashraf Aslam Azhar Babar Farhan Haroon Ijaz Iqbal Junaid Luqman Majid Mubarak Nasir Naveed Qasim Rashid Saeed
    Salman Shabir Shakeel Sohail Sufyan Tahir Umar Waheed Yasin Zain Zubair Anwar Akhtar Zeeshan Mohsin Haider Abbas
    Shafiq Rafiq Aftab Pervez Sarfraz Liaqat Nazir Mushtaq Riaz Ghulam Habib Jamal Kabir Mizanur Shamim Rafiqul Jahangir
    """)
_MUSLIM_FEMALE = words("""
    Fatima Aisha Maryam Zainab Khadija Saima Shazia Nasreen Rukhsana Samina Shabana Farzana Nazia Sadia Amina Bushra
    Rabia Sana Uzma Yasmin Zahra Hafsa Iqra Kiran Mahnoor Noreen Parveen Razia Rehana Rubina Sidra Sumaira Tahira Zara
    Halima Jamila Nadia Salma Shireen Hina Nargis Taslima Rahima Shirin Anika Farhana
    """)
_SOUTH_ASIAN_HEAD = words("""
    Khan Hussain Ali Ahmed Miah Akhtar Malik Shah Iqbal Mahmood Uddin Rahman Chowdhury Islam Mirza Butt Sheikh Hassan
    Choudhury Qureshi Raja Bashir Rashid Mahmud Aziz Akram Javed Rehman Siddique Ashraf Bhatti Nawaz Zaman Aslam Anwar
    Saleem Hanif Latif Haque Alam Azam Bi Karim Yaqoob Sharif Younis Tariq Rafiq Ahmad Dar Mughal Baig Zafar
    Kazi Talukdar
    Sarwar Parvez Ansari Lodhi Gul Yousaf Hamid Abbasi Cheema Gondal Minhas Kayani Janjua Chishti Hashmi Naqvi
    Rizvi Bukhari
    """)
_SOUTH_ASIAN_TAIL = composed(
    """Abd Afz Akb Amin Anis Arif Asgh Bad Fakr Faz Gaf Gulz Hab Haf Hak Ikr Ilya Ims Jal Kal Kam Lat Maj Man
    Mas Muz Nas
    Niz Qad Qay Rah Raz Sad Saj Sal Sam Sar Shaf Shah Sham Siraj Tah Taj Waj Was Yas Zah Zak Zul""",
    "uddin ullah ur ani i ar wala yar zada pur mi khel",
)
_ARAB_MALE = words("""
    Ahmed Mohammed Ali Hassan Omar Khalid Abdullah Yusuf Ibrahim Mustafa Mahmoud Hussein Abdul_Rahman Karim Tarek
    Youssef Samir Walid Ziad Bilal Hamza Rashid Saad Faisal Fahad Nasser Jamal Kamal Nabil Adel Bassam Hisham Ihab Issam
    Jaber Maher Marwan Mazen Mounir Nizar Qusay Rami Riad Salah Sami Sultan Taha Wael Yahya Anas Ayman
    Abd_al-Aziz Haidar
    """)
_ARAB_FEMALE = words("""
    Fatima Aisha Maryam Zainab Layla Noor Huda Amal Rania Samira Salma Nadia Hanan Iman Khadija Lina Mona Rasha Reem
    Sahar Sara Yasmin Zahra Dina Ghada Hala Noura Asma
    """)
_ARAB_TAIL = tuple(
    f"al-{nisba}"
    for nisba in words("""
    Masri Baghdadi Tikriti Halabi Dimashqi Hijazi Najjar Haddad Khatib Hashimi Jubouri Dulaimi Obeidi Shammari Zahrani
    Ghamdi Qahtani Otaibi Harbi Mutairi Tamimi Azzawi Bayati Janabi Rubaie Samarrai Saadi Sudani Maghribi Tunisi Yamani
    Hadrami Amri Asadi Attar Banna Basri Faqih Fayed Ghazali Hakim Husseini Jabari Kaabi Kinani Kubaisi Lami Maliki
    Mosuli Mousawi Nasiri Omari Qadi Rashidi Rifai Rubai Sabbagh Sadr Shami Sharif Suwaidi Taie Turki Waeli
    Yasiri Zubaidi
    """)
)
_SOMALI_MALE = words("""
    Mohamed Ahmed Abdi Ali Hassan Hussein Omar Abdullahi Ibrahim Yusuf Mohamud Abdirahman Farah Osman Said Ismail Adan
    Jama Warsame Abukar Abdikadir Abdirizak Dahir Elmi Guled Hirsi Liban Mahad Mustaf Nur Roble Salad Samatar Sharmarke
    Shire Ayanle Bashir Bile Duale Gedi Hashi Isse Khalif Mahamed Nuur Sahal Wardere Barre Egal Abshir Aden Awale
    """)
_SOMALI_FEMALE = words("""
    Fadumo Hodan Amina Halima Asha Sahra Khadra Ifrah Ayan Hibo Ubah Nimo Safiya Maryan Ruqiya Deqa Fartun Idil Ladan
    Muna Sagal Zamzam Hamdi Hinda
    """)
_WEST_AFRICAN_MALE = words("""
    Emmanuel Samuel Daniel David Michael Joseph Tunde Segun Femi Kunle Dele Wale Bayo Gbenga Kayode Chinedu Emeka
    Obinna Ikechukwu Nnamdi Uche Chidi Kwame Kofi Kojo Kwaku Yaw Kwabena Ebenezer Isaac Benjamin Prince Ibrahim
    Musa Sani
    Lamin Ousman Mamadou Abdoulaye Amadou Sekou Osagie Efosa Tobi Ayodele Adewale Oluwaseun Olamide Babatunde
    """)
_WEST_AFRICAN_FEMALE = words("""
    Blessing Grace Mercy Funmi Bukola Yetunde Folake Ngozi Chioma Ifeoma Adaeze Amaka Abena Akosua Ama Efua Esi Joy
    Patience Comfort Esther Ruth Fatou Aminata Mariama Isatou Titilayo Omolara
    """)
_WEST_AFRICAN_TAIL = composed(
    "Ade Ola Olu Ayo Oye Aki Ogun Omo Ibi Awo Ojo Oke Oyin Owo",
    "bayo bisi dapo doyin femi goke kunle lana leke mola niyi nuga oye peju pitan sanya sina tayo toye wale "
    "wole yemi dele "
    "kanmi lade ranti seun tokun wumi yinka jobi deji rinde tola wunmi",
) + composed(
    "Chukwu Nwa Oke Oko Eze Ike Obi Ugo Nna Onye Ani Udo Uzo",
    "chukwu ma nkwo afor eke orie bueze kwe ji di be gwu dike ka leke nna ogu",
)
_EAST_AFRICAN_MALE = words("""
    Samuel Daniel Abel Yonas Dawit Tesfaye Haile Berhane Tewolde Filmon Amanuel Robel Kidane Mussie Solomon Brian Joseph
    Peter Moses Ismail Kamau Otieno Mwangi Ochieng Isaac Simon Tendai Tinashe Takudzwa Farai Blessing Tafadzwa Patrice
    """)
_EAST_AFRICAN_FEMALE = words("""
    Selam Helen Rahel Saba Tsion Bethlehem Winta Luwam Grace Mary Wanjiru Akinyi Esther Faith Joyce Tariro Rudo Chipo
    Nyasha Rutendo Sarah Ruth Abeba
    """)
_SIKH_MALE = words("""
    Gurpreet Harpreet Manpreet Jaspreet Amandeep Sukhdeep Gurdeep Hardeep Kuldeep Mandeep Sandeep Jagdeep Baljit Harjit
    Surjit Manjit Ranjit Paramjit Kulwinder Sukhwinder Rajinder Jaswinder Balwinder Lakhbir Gurmukh Harbhajan Jagtar
    Mohinder Onkar Parminder Satnam Sukhdev Talwinder Tejinder Arjan Dilraj Inderjit Karanjit Navdeep Avtar
    """)
_SIKH_FEMALE = words("""
    Harpreet Manpreet Jaspreet Amandeep Kuldeep Baljit Harjit Surjit Manjit Paramjit Kulwinder Sukhwinder Rajinder
    Jaswinder Balwinder Gurpreet Simran Kiran Navjot Parminder Ravinder Satwinder Tejinder Inderjit
    """)
_HINDU_MALE = words("""
    Rajesh Amit Sanjay Vijay Anil Sunil Ashok Ramesh Suresh Dinesh Mahesh Nilesh Hitesh Jignesh Bhavesh Pankaj Deepak
    Rakesh Mukesh Manish Nitin Rahul Rohit Vikram Ajay Arun Kiran Prakash Bharat Chetan Dilip Hemant Jayesh
    Ketan Kamlesh
    Sathish Kumar Ravi Siva Prabhu Murugan Selvam Thuraisingam Rohan Nikhil Arjun
    """)
_HINDU_FEMALE = words("""
    Priya Anita Sunita Rekha Meena Neha Pooja Kavita Nisha Hina Jyoti Bhavna Sonal Hetal Manisha Aarti Deepa
    Geetha Lakshmi
    Radha Sangeeta Seema Shilpa Vandana
    """)
_TURKISH_MALE = words("""
    Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim İsmail Osman Yusuf Murat Ömer Ramazan Halil Süleyman Emre
    Serkan Volkan
    Burak Kemal Cengiz Erkan Gökhan Hakan Orhan Selim Tolga Uğur Yılmaz Azad Baran Diyar Rojhat Şivan Kamaran Rebwar
    """)
_TURKISH_FEMALE = words("""
    Fatma Ayşe Emine Hatice Zeynep Elif Meryem Özlem Sevgi Gülay Derya Esra Filiz Nuray Songül Yasemin Berivan Zilan
    """)
_PERSIAN_MALE = words("""
    Mohammad Ali Reza Hossein Mehdi Amir Hamid Saeed Majid Farhad Behnam Arash Kourosh Navid Omid Babak Siamak Farid
    Ahmad Najib Zabihullah Abdul_Wahid Esmatullah Gul_Agha Hayatullah Jawad Mirwais Nasir Rahmatullah Sharif Wali Zalmay
    """)
_PERSIAN_FEMALE = words("""
    Fatemeh Zahra Maryam Leila Nasrin Shirin Parisa Azadeh Mina Soraya Laila Najiba Fereshta Farzana Nilofar Zarghuna
    """)
_CHINESE_MALE = words("""
    Wei Jian Ming Hao Jun Lei Tao Xiang Yong Bin Feng Gang Hui Kai Peng Qiang Chun Zhi_Wei Wing_Kit Chi_Ming Van_Minh
    Van_Hung Quang Duc Tuan Thanh Hieu Cuong Long Dung Van_Thang Xuan_Truong
    """)
_CHINESE_FEMALE = words(
    "Li Mei Xiu Ying Fang Yan Xia Hong Yu_Ting Jing Thi_Lan Thi_Hoa Thi_Mai Linh Trang Ngoc Huong Wai_Ling"
)
_UK_ASIAN = (
    ("Bradford", "British", 0.25),
    ("Birmingham", "British", 0.25),
    ("London", "British", 0.22),
    ("Luton", "British", 0.1),
)

WIDER_WORLD: tuple[Origin, ...] = (
    Origin(
        "south_asian_muslim",
        0.05,
        0.24,
        _MUSLIM_MALE,
        _MUSLIM_FEMALE,
        Surnames(_SOUTH_ASIAN_HEAD, _SOUTH_ASIAN_TAIL, head_mass=0.85),
        (("A2", 0.65), ("A3", 0.28), ("A9", 0.07)),
        (*_UK_ASIAN, ("Mirpur", "Pakistani", 0.1), ("Sylhet", "Bangladeshi", 0.08)),
        female_surnames=(words("Begum Bibi Khatun Akhtar Kausar Parveen"), 0.45),
        mohammed=0.3,
        kunya=0.03,
        mononym=0.01,
    ),
    Origin(
        "sikh",
        0.01,
        0.01,
        _SIKH_MALE,
        _SIKH_FEMALE,
        Surnames(
            words("""Gill Sandhu Dhillon Sidhu Grewal Dhaliwal Bains Johal Sahota Mann Atwal Bhogal Chahal Kang Khaira
        Nijjar Purewal Rai Randhawa Sangha Sohal Uppal Virk Bassi Brar Cheema Dosanjh Hayer Hundal Jandu"""),
            head_mass=1.0,
        ),
        (("A1", 1.0),),
        (("Southall", "British", 0.45), ("Wolverhampton", "British", 0.3), ("Jalandhar", "Indian", 0.25)),
        female_surnames=(("Kaur",), 0.7),
        male_surnames=(("Singh",), 0.65),
    ),
    Origin(
        "hindu",
        0.01,
        0.005,
        _HINDU_MALE,
        _HINDU_FEMALE,
        Surnames(
            words("""Patel Shah Sharma Mistry Kumar Chauhan Desai Joshi Mehta Parmar Solanki Gandhi Bhatt Trivedi Amin
        Pandya Rana Reddy Gupta Verma Nair Menon Pillai Iyer Sivakumar Kanagaratnam Selvarajah Thevarajah
        Balasubramaniam"""),
            composed(
                "Raj Siva Bala Maha Kana Para Jaya Vija Thaya Nava Surya Chandra",
                "kumar ratnam singam rajah nathan lingam das",
            ),
            head_mass=0.85,
        ),
        (("A1", 0.8), ("A9", 0.2)),
        (("Leicester", "British", 0.5), ("Ahmedabad", "Indian", 0.3), ("Jaffna", "Sri Lankan", 0.2)),
    ),
    Origin(
        "arab",
        0.014,
        0.12,
        _ARAB_MALE,
        _ARAB_FEMALE,
        Surnames(
            _ARAB_TAIL[:30] + words("Hassan Ibrahim Ahmed Khalil Saleh Mansour Hamdan Nasser Salem Jaber Haddad Aziz"),
            _ARAB_TAIL[30:] + composed("Bou Ben Bel", "azza rahma khalifa hadj ammar chiba salem said abbas zid"),
            head_mass=0.75,
        ),
        (("O9", 0.8), ("B2", 0.1), ("A9", 0.1)),
        (
            ("London", "British", 0.4),
            ("Baghdad", "Iraqi", 0.25),
            ("Damascus", "Syrian", 0.15),
            ("Algiers", "Algerian", 0.2),
        ),
        patronymic=True,
        mohammed=0.15,
        kunya=0.12,
    ),
    Origin(
        "somali",
        0.014,
        0.05,
        _SOMALI_MALE,
        _SOMALI_FEMALE,
        Surnames(_SOMALI_MALE, head_mass=1.0),
        (("B2", 1.0),),
        (("London", "British", 0.4), ("Mogadishu", "Somali", 0.4), ("Hargeisa", "Somali", 0.2)),
        patronymic=True,
        mononym=0.005,
        kunya=0.04,
    ),
    Origin(
        "west_african",
        0.027,
        0.02,
        _WEST_AFRICAN_MALE,
        _WEST_AFRICAN_FEMALE,
        Surnames(
            words("""Mensah Owusu Boateng Okafor Okeke Adeyemi Adebayo Balogun Okoro Eze Osei Asante Appiah
            Addo Ogunleye
        Afolabi Bello Ibrahim Musa Jallow Ceesay Bah Diallo Kamara Sesay Koroma Conteh Bangura Turay Agyeman Amoah"""),
            _WEST_AFRICAN_TAIL,
            head_mass=0.45,
        ),
        (("B2", 0.95), ("M2", 0.05)),
        (("London", "British", 0.6), ("Lagos", "Nigerian", 0.25), ("Accra", "Ghanaian", 0.15)),
        two_surnames=0.02,
        joiner="-",
    ),
    Origin(
        "east_african",
        0.012,
        0.02,
        _EAST_AFRICAN_MALE,
        _EAST_AFRICAN_FEMALE,
        Surnames(
            words("""Tesfay Gebremariam Haile Kidane Abraha Tekle Woldemichael Ghebreyesus Mwangi Kamau Otieno Odhiambo
        Wanjala Moyo Ncube Sibanda Ndlovu Dube Chikwanha Mutasa Mukasa Okello Ssemwogerere Byaruhanga"""),
            composed("Gebre Wolde Habte Tekle Hagos Zer", "selassie mariam michael yesus medhin kidan ab"),
            head_mass=0.8,
        ),
        (("B2", 1.0),),
        (("London", "British", 0.4), ("Asmara", "Eritrean", 0.3), ("Harare", "Zimbabwean", 0.3)),
    ),
    Origin(
        "turkish_kurdish",
        0.01,
        0.03,
        _TURKISH_MALE,
        _TURKISH_FEMALE,
        Surnames(
            words("""Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç
            Aslan Çetin Kara
        Koç Kurt Özkan Şimşek Polat Erdoğan Güneş Aksoy Bozkurt Taş Ateş Karim Aziz Hama Barzani Jaff Zebari"""),
            composed("Ak Kara Öz Er De Demir Tas Gül Altun Boz", "kaya soy dağ türk taş demir bulut göz yol han"),
            head_mass=0.8,
        ),
        (("W9", 0.6), ("O9", 0.4)),
        (("London", "British", 0.5), ("Istanbul", "Turkish", 0.3), ("Erbil", "Iraqi", 0.2)),
        mohammed=0.04,
    ),
    Origin(
        "persian_afghan",
        0.014,
        0.03,
        _PERSIAN_MALE,
        _PERSIAN_FEMALE,
        Surnames(
            words("""Hosseini Ahmadi Mohammadi Karimi Rezaei Rahimi Moradi Jafari Akbari Noori Safi Stanikzai Ahmadzai
        Popal Wardak Zadran Hotak Nazari Sadat Sharifi Amiri Qaderi Mirzaei Ebrahimi"""),
            composed("Ahmad Muhammad Karim Ibrahim Yusuf Stan Sulaiman Omar Ali", "i zai khel zadeh pour yar nejad"),
            head_mass=0.75,
        ),
        (("O9", 0.6), ("A9", 0.4)),
        (("Tehran", "Iranian", 0.35), ("Kabul", "Afghan", 0.45), ("London", "British", 0.2)),
        mohammed=0.12,
        mononym=0.03,
        kunya=0.02,
    ),
    Origin(
        "east_asian",
        0.009,
        0.0,
        _CHINESE_MALE,
        _CHINESE_FEMALE,
        Surnames(
            words("""Chen Wang Li Zhang Liu Lin Huang Wong Chan Lee Ng Cheung Lau Nguyen Tran Le Pham Hoang Phan Vu Dang
        Bui Do Ho Ngo Duong Ly Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Gao Luo"""),
            head_mass=1.0,
        ),
        (("O1", 0.6), ("A9", 0.4)),
        (("London", "British", 0.4), ("Fuzhou", "Chinese", 0.25), ("Hanoi", "Vietnamese", 0.35)),
    ),
)
"""Origins of South and East Asia, the Middle East and Africa, in a fixed order."""
