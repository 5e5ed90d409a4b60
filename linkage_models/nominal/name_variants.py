"""Spellings and short forms of one name that string similarity does not bring together.

The spellings are the domain's list of common groups; the short forms are those in everyday use in Britain.
"""

GROUPS: tuple[tuple[str, ...], ...] = (
    ("MOHAMMED", "MUHAMMAD", "MOHAMMAD", "MOHAMED", "MOHAMAD", "MUHAMMED", "MUHAMED", "MOHD", "MD", "MEHMET", "MEHMED"),
    ("AHMED", "AHMAD", "AHMET"),
    ("HUSSAIN", "HUSSEIN", "HUSAIN", "HUSEIN", "HOSSAIN", "HUSSAIM"),
    ("YUSUF", "YOUSEF", "YOUSSEF", "YOUSUF", "YUSEF", "YOUSIF"),
    ("CHOUDHURY", "CHOWDHURY", "CHAUDHRY", "CHAUDHARY", "CHOUDHARY", "CHAUDHURY", "CHOUDHRY"),
    ("SHEIKH", "SHAIKH", "SHEIK", "SHAYKH"),
    ("HASSAN", "HASAN"),
    ("ABDULLAH", "ABDULLA", "ABDALLAH"),
    ("ALEXANDER", "ALEX", "SANDY", "XANDER"),
    ("ANDREW", "ANDY", "DREW"),
    ("ANTHONY", "ANTONY", "TONY"),
    ("BENJAMIN", "BEN", "BENNY"),
    ("CHARLES", "CHARLIE", "CHAZ"),
    ("CHRISTOPHER", "CHRIS", "KRIS"),
    ("DANIEL", "DAN", "DANNY"),
    ("DAVID", "DAVE", "DAVEY", "DAVY"),
    ("EDWARD", "ED", "EDDIE", "TED", "TEDDY", "NED"),
    ("ELIZABETH", "LIZ", "LIZZIE", "BETH", "BETTY", "ELIZA", "LIZA"),
    ("FREDERICK", "FRED", "FREDDIE", "FREDDY"),
    ("GREGORY", "GREG"),
    ("JAMES", "JIM", "JIMMY", "JAMIE", "JIMMIE"),
    ("JOHN", "JOHNNY", "JON"),
    ("JONATHAN", "JONATHON", "JONNY"),
    ("JOSEPH", "JOE", "JOEY"),
    ("JOSHUA", "JOSH"),
    ("KATHERINE", "CATHERINE", "KATE", "KATIE", "KATHY", "CATH", "KATHRYN"),
    ("KENNETH", "KEN", "KENNY"),
    ("LAWRENCE", "LAURENCE", "LARRY"),
    ("MARGARET", "MAGGIE", "MEG", "PEGGY"),
    ("MATTHEW", "MATT", "MATTY"),
    ("MICHAEL", "MIKE", "MICK", "MICKY", "MIKEY"),
    ("NICHOLAS", "NICK", "NICKY", "NICO"),
    ("PATRICK", "PAT", "PADDY", "PADRAIG"),
    ("PETER", "PETE"),
    ("PHILIP", "PHILLIP", "PHIL"),
    ("REBECCA", "BECKY", "BECCA"),
    ("RICHARD", "RICK", "RICKY", "DICK", "RICHIE", "RICH"),
    ("ROBERT", "BOB", "BOBBY", "ROB", "ROBBIE", "BERT"),
    ("RONALD", "RON", "RONNIE"),
    ("SAMUEL", "SAM", "SAMMY"),
    ("STEPHEN", "STEVEN", "STEVE", "STEVIE"),
    ("THOMAS", "TOM", "TOMMY"),
    ("TIMOTHY", "TIM"),
    ("VICTORIA", "VICKY", "VICKI"),
    ("WILLIAM", "BILL", "BILLY", "WILL", "WILLIE"),
    ("ZACHARY", "ZAC", "ZACK", "ZAK"),
)
"""Each group is one name; its first spelling stands for the rest."""

VARIANTS: dict[str, str] = {spelling: group[0] for group in GROUPS for spelling in group[1:]}
"""Spelling to the spelling that stands for its group."""


def variants_sql(word: str) -> str:
    """Return SQL for the spelling that stands for a word: its group's, or the word itself.

    A CASE and not a map: inside the list functions that call it DuckDB would copy a map for every row.

    Args:
        word: SQL for the word.
    """
    cases = " ".join(f"WHEN '{spelling}' THEN '{name}'" for spelling, name in VARIANTS.items())
    return f"CASE {word} {cases} ELSE {word} END"
