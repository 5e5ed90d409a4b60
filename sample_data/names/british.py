"""Name origins of Britain and Ireland, and of people whose family names came from there."""

from sample_data.names.origin import Origin, Surnames, composed, words

_MALE = words("""
    David John Michael Paul James Andrew Mark Robert Stephen Christopher Daniel Richard Matthew Thomas Peter Anthony
    William Lee Ian Jason Simon Kevin Jamie Gary Ryan Craig Joshua Liam Adam Jack Alan Darren Benjamin Luke Joseph Kyle
    Ashley Jordan Samuel Martin Philip Graham Nathan Scott Callum Carl Jonathan Stuart Shaun Dean Neil Aaron Connor
    Lewis Alexander Nicholas Keith Wayne Barry Dale Karl Terence Colin Charles George Edward Harry Oliver Bradley
    Gavin Raymond Brian Patrick Kieran Trevor Kenneth Steven Jake Ross Dominic Leon Reece Derek Geoffrey Roger Henry
    Timothy Adrian Nigel Russell Marcus Tyler Louis Frank Leslie Glenn Ricky Billy Danny Tony Malcolm Duncan Roy Ronald
    Gareth Shane Curtis Damian Clive Damien Elliot Sebastian Toby Max Alfie Charlie Owen Mitchell Zak Corey Brandon
    Gerald Dennis Norman Francis Arthur Albert Leonard Ernest Maurice Hugh Julian Jeremy Guy Rory Archie Freddie Mason
    Tristan Rupert Spencer Warren Lloyd Clifford Stanley Walter Desmond Vincent Conrad Fraser Jermaine Grant Troy Josh
    """)
_FEMALE = words("""
    Sarah Laura Emma Claire Nicola Rebecca Victoria Samantha Louise Michelle Lisa Joanne Karen Kelly Amy Rachel
    Jennifer Gemma Stephanie Natalie Lauren Danielle Charlotte Hannah Katie Jessica Leanne Julie Susan Helen Jane
    Amanda Elizabeth Kerry Tracey Catherine Zoe Kirsty Donna Stacey Chloe Hayley Sophie Lucy Margaret Jacqueline
    Angela Deborah Alison Sharon Tina Christine Caroline Maria Holly Natasha Melissa Lindsay Cheryl Dawn Heather
    Carly Jade Paige Megan Bethany Abigail Emily Kimberley Toni Lorraine Maxine Janet Linda Patricia Anne Mary Ruth
    Wendy Sandra Beverley Diane Gillian Tanya Naomi Alice Georgia Shannon Courtney Leah Olivia Rosie Ellie Molly Grace
    Vanessa Yvonne Teresa Paula Marie Sally Fiona Lynn Denise Carol Barbara Kathleen Judith Pamela Rosemary Kate Anna
    Alexandra Kayleigh Sinead Siobhan Tara Abbie Amber Demi Ruby Evie Poppy Sian Cerys Isla Eilidh Morag Ailsa Lynsey
    """)
_ENGLISH_HEAD = words("""
    Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green
    Hall Wood Jackson Clarke Harris Thomas Turner Cooper Hill Ward Martin Lewis Edwards Morris Moore Clark Harrison
    Baker King Morgan Allen James Scott Watson Parker Phillips Bennett Young Davis Cook Richardson Carter Collins
    Bailey Shaw Bell Miller Cox Marshall Simpson Price Anderson Adams Wilkinson Foster Ellis Murphy Chapman Mason Gray
    Richards Webb Rogers Hunt Mills Holmes Palmer Matthews Fisher Barnes Knight Lloyd Butler Russell Barker Stevens
    Jenkins Dixon Fletcher Hughes Griffiths Reynolds Harvey Payne Ford Andrews Fox Pearson Gibson Walsh Lawrence Day
    Brooks West Atkinson Bradley Dawson Spencer Pearce Saunders Burton Armstrong Watts Wells Webster Elliott Barrett
    Carr Hart Cole Hayes Bird Newman Burgess Perry Page Wallace Rose Nicholson Cross Francis Stone Reid Chambers Bates
    Austin Booth Hudson Gregory Woods Lane Hardy Cunningham Gilbert Lowe Osborne Parsons Moss Baxter Barton Long Read
    Todd Bishop Hopkins May Parry Holland Goodwin Jennings Sharp Field Norris Nash Hawkins Warren Tucker Potter Kemp
    Peacock Winter Frost Summers Cartwright Wheeler Naylor Thorpe Sutton Lowry Hooper Flynn Hancock Pritchard Skinner
    """)
_ENGLISH_TAIL = composed(
    """Ash Brad Black Brook Hart Hol Whit Thorn Stan Nor Sut Wes Eas Mid Lang Long Rad Red Rush Shel Sher Stock Strat
    Swin Tat Thorn Up Wal Wake War Wed Whar Wick Will Win Wol Wood Wor Hather Hazel Heath Hen Hes High Hinch Hod Horn
    Hough Hurst Kirk Kim Knap Lam Land Lin Lock Mal Mar Mel Mil Mor Nether New Oak Old Or Os Ox Pem Pen Pick Pres Rams
    Raw Rip Rock Roth Row Ship Sil Sken Snow South Spal Stain Stap Steb Stour Sun Tar Ten Thir Tur Wad Alder All Ap
    Apple Back Ban Bar Bas Beck Bed Ben Bent Berk Bick Birch Blake Bol Boot Brom Buck Bur Bush Cal Can Carl Cas Chad
    Chal Chel Chip Clay Clif Cob Cold Con Cop Cot Cran Crom Cul Dal Dar Den Der Dod Dray Dun Eccles Edge El Ever Fair
    Far Faul Fen Field Fin Flax Frob Ful Gar Gates Glad Glen God Gold Green Grims Hack Had Hal Ham Han Har Has""",
    """ton ford ley well ham worth by wood field bury brook den hurst combe stead wick thorpe shaw bank croft gate
    land man ridge stone water bridge more house side burn""",
)
_PATRONYMS = composed(
    """Ander Bat Ben Davi Dick Donald Edmund Ferg Gib Hender Herbert Hob Hodg Ib Jack Jam Jen Jeff Law Man Mat Mori
    Nel Nichol Ober Pat Pe Peter Rawlin Ric Rob Rod Row Sam San Simp Steven Sand Tenni Thom Tom Wat Wilkin William Wil
    Dob Dav Ede Elli Emmer Har Hew Hutch Laur Mal Math Pear Pater Robert Stephen Tomlin Wat Atkin Col Gregor""",
    "son kins ett sen",
)
_NICKED = composed(
    "Cook Arm Bow Butter Can Cart Chal Char Cop Cut Dray Farm Fid Fish Fos Gard Gold Hop Kil Lead Mill Nail Oat Pack "
    "Plum Pot Quar Sad Salt Shep Ship Slat Spic Spin Tan That Til Tin Tuck Turn Wag Wain Web Wheel",
    "er man smith wright ster",
)
_SCOTS_HEAD = words("""
    Campbell Stewart Robertson Murray Macdonald Graham Johnston Ross Hamilton Kerr McDonald Duncan Ferguson Cameron
    Henderson Paterson MacLeod Grant Mackenzie Mackay Hunter Fraser Gordon Kennedy Bruce Sinclair Sutherland McKenzie
    Crawford Boyd Craig McLean McMillan Douglas Munro Gibb Rennie Docherty Gallacher Lennox Muir Baird Burnett Cowan
    Drummond Finlay Forsyth Galbraith Guthrie Haig Innes Jardine Kidd Laird Lamont Lindsay Logan Maitland Menzies
    Moffat Napier Ogilvie Petrie Rankin Sneddon Tait Urquhart Weir Buchanan Colquhoun Dalziel
    """)
_GAELIC = (
    "Donald Kenzie Leod Lean Kay Millan Intyre Gregor Farlane Callum Dougall Innes Phail Ewan Laren Lachlan Arthur "
    "Aulay Bain Bride Cabe Clure Coll Corkindale Cormick Crae Culloch Diarmid Fadyen Gillivray Gowan Ilroy Ivor Kellar "
    "Kinlay Kinnon Lellan Master Nab Naughton Neil Nicol Pherson Quarrie Rae Ritchie Sween Tavish Vicar Whirter Adam"
)
_IRISH_ROOTS = (
    "Brien Connor Neill Reilly Sullivan Donnell Callaghan Doherty Dowd Driscoll Farrell Flaherty Gorman Grady Hagan "
    "Halloran Hanlon Hara Keefe Kane Leary Mahony Malley Mara Meara Rourke Shea Toole Carroll Dwyer Flynn Loughlin "
    "Boyle Byrne Hare Hanrahan Regan Riordan Shaughnessy Sheehan"
)
_IRISH_MC = (
    "Carthy Cann Mahon Loughlin Grath Guinness Guire Kenna Namara Nulty Partland Quaid Sweeney Cabe Cormack Dermott "
    "Donagh Elroy Entee Gee Ginley Glynn Govern Hugh Inerney Keown Laughlin Manus Menamin Nally Quillan Shane "
    "Stay Bride"
)
_IRISH_HEAD = words("""
    Murphy Kelly O'Sullivan Walsh O'Brien Byrne Ryan O'Connor O'Neill O'Reilly Doyle McCarthy Gallagher Doherty Kennedy
    Lynch Murray Quinn Moore McLoughlin Carroll Connolly Daly Connell Wilson Dunne Brennan Burke Collins Clarke Hughes
    Farrell Fitzgerald Nolan Maguire Kavanagh Keane Power Regan Sheridan Ward Joyce McDonagh Cash Connors Stokes Reilly
    Delaney Donnelly Egan Foley Healy Hogan Kearney Mooney Moran Rooney Shea Tierney Whelan Hegarty Mallon
    Devlin Cassidy
    """)
_IRISH_MALE = words("""
    Patrick John Michael James Sean Thomas Declan Conor Liam Brendan Kevin Martin Padraig Eamon Cormac Niall Ciaran
    Dermot Fergal Oisin Cathal Donal Gerard Noel Colm Eoin Aidan Ruairi Seamus Finbar Fintan Tadhg Darragh Cian Peadar
    Joseph Daniel Paul Francis Anthony Christopher Stephen William Hugh Bernard Desmond Diarmuid Malachy Ronan Shane
    """)
_IRISH_FEMALE = words("""
    Mary Siobhan Sinead Aoife Niamh Ciara Orla Roisin Bridget Margaret Kathleen Deirdre Eileen Grainne Maeve Noreen
    Sorcha Nuala Caoimhe Aisling Catherine Bernadette Geraldine Clodagh Una Fionnuala Dervla Emer Majella Philomena Ann
    """)
_WELSH_HEAD = words("""
    Jones Davies Williams Evans Thomas Roberts Lewis Hughes Morgan Griffiths Edwards Owen Rees James Jenkins Price
    Morris Richards Lloyd Phillips Parry Powell Howells Bowen Pritchard Harries Llewellyn Probert Pugh Vaughan Gwyn
    Prosser Beynon Bevan Cadwallader Ellis Humphreys Meredith Mostyn Nicholas Penry Prydderch Rosser Tudor Watkins Wynne
    """)
_WELSH_MALE = words("""
    David Gareth John Rhys Dylan Huw Owen Gwyn Ieuan Evan Emyr Geraint Alun Dafydd Gethin Iwan Llyr Aled Bryn Carwyn
    Gwilym Hywel Idris Rhodri Steffan Tomos Trystan Wyn Ioan Morgan Thomas William Richard Michael Andrew Paul Mark
    """)
_WELSH_FEMALE = words("""
    Sian Rhian Carys Angharad Bethan Catrin Cerys Eleri Ffion Gwen Lowri Mair Megan Nerys Nia Rhiannon Seren Sioned
    Delyth Eirlys Glenys Heledd Lleucu Meinir Sarah Claire Nicola Emma Rachel Lisa Joanne Elin Mari Non Tegan
    """)
_CARIBBEAN_MALE = words("""
    Jermaine Marlon Leroy Winston Delroy Tyrone Errol Andre Dwayne Kemar Tyrell Jerome Omar Romaine Devon Clive Everton
    Fitzroy Garfield Lloyd Neville Rohan Shaquille Tremaine Wesley Denzel Malachi Isaiah Josiah Reuben Nathaniel Kadeem
    Anthony Michael Christopher David Marcus Aaron Joshua Daniel Jordan Ricardo Donovan Patrick Courtney Junior Kirk
    """)
_CARIBBEAN_FEMALE = words("""
    Shanice Natasha Latoya Monique Keisha Chantelle Sharon Marcia Yvonne Tamara Shanelle Simone Kadisha Rochelle Aaliyah
    Beverley Claudette Hyacinth Jacqueline Maxine Merlene Paulette Sonia Tanisha Venetia Zara Michelle Nicole Rebecca
    """)
_CARIBBEAN_HEAD = words("""
    Brown Campbell Williams Smith Johnson Thompson Grant Gordon Lewis Reid Clarke Morgan Francis Henry Edwards Bailey
    Morrison Wright Graham Stewart Richards Simpson Powell Blake Barrett Bennett Samuels Palmer Gayle Pinnock Dacosta
    Beckford Bogle Brathwaite Blackwood Cumberbatch Dawkins Dehaney Douglas Ffrench Forde Gooden Greenidge Headley
    Hinds Josephs Joseph Lindo Levy Lightbourne Mcfarlane Mcintosh Minott Nembhard Ottley Pryce Rowe Salmon Scarlett
    St_Hilaire St_Louis Toussaint Walcott Whyte Wynter Baptiste Charles Phillip Pierre Alleyne Holder Cummins
    """)
_BRITISH_PLACES = (
    ("London", "British", 0.22),
    ("Birmingham", "British", 0.13),
    ("Manchester", "British", 0.12),
    ("Leeds", "British", 0.1),
    ("Liverpool", "British", 0.09),
    ("Bradford", "British", 0.06),
    ("Sheffield", "British", 0.08),
    ("Bristol", "British", 0.06),
    ("Nottingham", "British", 0.05),
    ("Newcastle", "British", 0.06),
    ("Southampton", "British", 0.03),
)

BRITISH: tuple[Origin, ...] = (
    Origin(
        "english",
        0.505,
        0.27,
        _MALE,
        _FEMALE,
        Surnames(_ENGLISH_HEAD, _ENGLISH_TAIL + _PATRONYMS + _NICKED),
        (("W1", 0.9), ("M1", 0.05), ("M9", 0.03), ("M3", 0.02)),
        _BRITISH_PLACES,
        two_surnames=0.022,
        joiner="-",
    ),
    Origin(
        "scottish",
        0.05,
        0.03,
        _MALE,
        _FEMALE,
        Surnames(_SCOTS_HEAD, composed("Mac Mc", _GAELIC) + _PATRONYMS[:60]),
        (("W1", 1.0),),
        (("Glasgow", "British", 0.6), ("Edinburgh", "British", 0.25), ("Dundee", "British", 0.15)),
        two_surnames=0.015,
        joiner="-",
    ),
    Origin(
        "welsh",
        0.04,
        0.02,
        _WELSH_MALE,
        _WELSH_FEMALE,
        Surnames(_WELSH_HEAD, head_mass=1.0),
        (("W1", 1.0),),
        (("Cardiff", "British", 0.5), ("Swansea", "British", 0.3), ("Wrexham", "British", 0.2)),
        two_surnames=0.03,
        joiner="-",
    ),
    Origin(
        "irish",
        0.05,
        0.1,
        _IRISH_MALE,
        _IRISH_FEMALE,
        Surnames(_IRISH_HEAD, composed("O'", _IRISH_ROOTS) + composed("Mc Mac", _IRISH_MC), head_mass=0.6),
        (("W2", 0.75), ("W1", 0.15), ("W3", 0.1)),
        (("Dublin", "Irish", 0.3), ("Belfast", "British", 0.4), ("Cork", "Irish", 0.15), ("Derry", "British", 0.15)),
    ),
    Origin(
        "caribbean",
        0.075,
        0.03,
        _CARIBBEAN_MALE,
        _CARIBBEAN_FEMALE,
        Surnames(_CARIBBEAN_HEAD, _ENGLISH_HEAD + _ENGLISH_TAIL[:1500], head_mass=0.55),
        (("B1", 0.72), ("M1", 0.23), ("B9", 0.05)),
        (
            ("London", "British", 0.55),
            ("Birmingham", "British", 0.25),
            ("Kingston", "Jamaican", 0.15),
            ("Bridgetown", "Barbadian", 0.05),
        ),
        two_surnames=0.02,
        joiner="-",
    ),
)
"""Origins of Britain and Ireland and of Caribbean families, in a fixed order."""
