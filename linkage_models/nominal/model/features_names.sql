-- The parts of one name that are compared. Each macro takes what the one before it gives.
CREATE OR REPLACE TEMP MACRO nominal_words(given) AS
CASE WHEN coalesce(given, '') = '' THEN []::VARCHAR[] ELSE string_split(given, ' ') END;

-- Words that come and go before a surname.
CREATE OR REPLACE TEMP MACRO nominal_is_particle(word) AS
word IN (
    'AL', 'EL', 'UL', 'AR', 'AS', 'AZ', 'BIN', 'BEN', 'IBN', 'BINT', 'BINTI', 'VAN', 'VON', 'VOM', 'DER', 'DEN', 'DEM',
    'TEN', 'TER', 'TE', 'ZU', 'ZUM', 'ZUR', 'AF', 'AV', 'DE', 'DEL', 'DELA', 'DELLA', 'DELLE', 'DEGLI', 'DI', 'DA',
    'DAS', 'DO', 'DOS', 'DU', 'DES', 'D', 'LA', 'LE', 'LAS', 'LOS', 'LES', 'LO', 'Y', 'E', 'O', 'NI', 'NIC', 'NIG',
    'UI', 'MAC', 'AP', 'AB'
);

-- Which bearer of a name somebody is: father and son are 1 and 2, however it is written.
CREATE OR REPLACE TEMP MACRO nominal_generation(word) AS
CASE
    WHEN word IN ('I', 'SR', 'SNR', 'SEN', 'SENIOR') THEN '1'
    WHEN word IN ('II', 'JR', 'JNR', 'JUN', 'JUNIOR') THEN '2'
    WHEN word = 'III' THEN '3'
    WHEN word = 'IV' THEN '4'
END;

-- A name borne before or besides, which a note gives. Patterns in a lambda must be short: they are made anew for every
-- batch of rows.
CREATE OR REPLACE TEMP MACRO nominal_other_name(as_given) AS
CASE
    WHEN
        regexp_matches(
            as_given, '(?i)(n[ée]e|formerly|previously|maiden name|alias|known as|[af]\W?k\W?a\W?)[ :]'
        )
        THEN nullif(nominal_plain(regexp_extract(
            as_given,
            '(?i)[ (](?:n[ée]e|formerly|previously|maiden name|alias|known as|[af]\W?k\W?a\W?)[ :]+([^ )]+)',
            1
        ), ''), '')
END;

CREATE OR REPLACE TEMP MACRO nominal_worded(n) AS struct_pack(
    given := nominal_words(concat_ws(' ', n.forename, n.middle_names)),
    family := nominal_words(regexp_replace(n.surname, '\b(STE|SAINT|SAINTE|SANKT|ST) ', 'ST', 'g')),
    other := nominal_other_name(n.as_given)
);

-- JUNIOR among the given names is a name, and I behind a whole name in one field an initial.
CREATE OR REPLACE TEMP MACRO nominal_numbered(n) AS struct_pack(
    given := n.given,
    family := n.family,
    other := n.other,
    of_family := CASE
        WHEN len(n.family) > 1 AND (len(n.given) > 0 OR n.family[-1] <> 'I') THEN nominal_generation(n.family[-1])
    END,
    of_given := CASE
        WHEN len(n.given) > 1 AND n.given[-1] NOT IN ('I', 'JUN', 'SEN', 'JUNIOR', 'SENIOR')
            THEN nominal_generation(n.given[-1])
    END
);

-- A single name is the surname, also where a generation stood beside it.
CREATE OR REPLACE TEMP MACRO nominal_whole(n) AS struct_pack(
    given := CASE
        WHEN n.of_given IS NULL THEN n.given
        WHEN len(n.family) = 0 AND len(n.given) = 2 THEN []::VARCHAR[]
        ELSE n.given[:-2]
    END,
    family := CASE
        WHEN n.of_given IS NOT NULL AND len(n.family) = 0 AND len(n.given) = 2 THEN n.given[:1]
        WHEN n.of_family IS NULL THEN n.family
        ELSE n.family[:-2]
    END,
    other := n.other,
    generation := coalesce(n.of_family, n.of_given)
);

-- The only word of a surname is never a particle.
CREATE OR REPLACE TEMP MACRO nominal_parted(n) AS struct_pack(
    given := n.given,
    family := CASE
        WHEN len(n.family) < 2 OR len(list_filter(n.family, lambda word: NOT nominal_is_particle(word))) = 0
            THEN n.family
        ELSE list_filter(n.family, lambda word: NOT nominal_is_particle(word))
    END,
    joined := array_to_string(n.family, ''),
    other := n.other,
    generation := n.generation
);

-- A title that is nobody's name, or one that is also a name where another word follows.
CREATE OR REPLACE TEMP MACRO nominal_is_title(given) AS
given[1] IN ('MR', 'MRS', 'MS', 'MX', 'DR', 'PROF')
OR (len(given) > 1 AND given[2] NOT IN ('ULLAH', 'ALLAH', 'UDDIN') AND given[1] IN (
    'SIR', 'DAME', 'LORD', 'LADY', 'MISS', 'MASTER', 'HON', 'JUDGE', 'HAJI', 'HAJJI', 'HADJI', 'HAJ', 'HAJJ', 'HAJJA',
    'ALHAJI', 'ALHAJA', 'IMAM', 'MULLAH', 'MULLA', 'MAULANA', 'MAWLANA', 'MUFTI', 'QARI', 'HAFIZ', 'USTAD', 'USTAZ',
    'SHEIKH', 'SHAIKH', 'SHEIK', 'SHAYKH', 'PIR', 'PASTOR', 'FATHER', 'BROTHER', 'SISTER', 'RABBI', 'BISHOP', 'CANON',
    'DEACON', 'CHIEF', 'PRINCE', 'PRINCESS', 'KING', 'CAPTAIN', 'CAPT', 'MAJOR', 'COLONEL', 'COL', 'GENERAL', 'LT',
    'LIEUTENANT', 'SERGEANT', 'SGT', 'CORPORAL', 'CPL', 'PRIVATE', 'PTE', 'COMMANDER', 'CDR', 'OFFICER', 'CONSTABLE',
    'INSPECTOR', 'CPT', 'CLLR', 'FR', 'PC', 'DC', 'AYATOLLAH', 'SYED', 'SAYYID', 'SAYED', 'SRI', 'SHRI', 'SMT',
    'ENGR', 'BARRISTER', 'DON', 'DONA', 'SENOR', 'SENORA', 'HERR', 'FRAU', 'MONSIEUR', 'MADAME', 'MME'
));

-- A whole name in one field is divided: the first word is the forename.
CREATE OR REPLACE TEMP MACRO nominal_divided(n) AS struct_pack(
    given := CASE
        WHEN len(n.given) = 0 AND len(n.family) > 1 THEN n.family[:1]
        WHEN len(n.family) = 0 AND len(n.given) > 1 THEN n.given[:-2]
        WHEN nominal_is_title(n.given) THEN n.given[2:]
        ELSE n.given
    END,
    family := CASE
        WHEN len(n.given) = 0 AND len(n.family) > 1 THEN n.family[2:]
        WHEN len(n.family) = 0 AND len(n.given) > 1 THEN n.given[-1:]
        ELSE n.family
    END,
    joined := CASE WHEN len(n.given) > 0 AND len(n.family) > 0 THEN n.joined END,
    other := n.other,
    generation := n.generation
);

-- Every word with what it may stand for.
CREATE OR REPLACE TEMP MACRO nominal_read(n) AS struct_pack(
    given := n.given,
    family := n.family,
    joined := n.joined,
    other := n.other,
    generation := n.generation,
    given_read := list_transform(n.given, lambda word: nominal_given_forms(word)),
    family_read := list_transform(n.family, lambda word: nominal_family_forms(word))
);
