-- What is compared of the primary name.
SELECT
    *,
    names[1].forename AS forename,
    names[1].surname AS surname,
    names[1].middle_names AS middle_names,
    names[1].forename_v AS forename_v,
    names[1].surname_v AS surname_v,
    names[1].forename || ' ' || names[1].surname AS full_name,
    names[1].sorted AS name_sorted,
    names[1].whole AS name_whole,
    names[1].turned AS name_turned,
    names[1].generation AS generation,
    names[1].surname_joined AS surname_joined,
    names[1].initials AS initials,
    names[1].in_initials AS in_initials,
    names[1].middles_in_initials AS middles_in_initials,
    names[1].forename_consonants AS forename_consonants,
    names[1].forename_abjad AS forename_abjad,
    names[1].surname_consonants AS surname_consonants,
    names[1].surname_abjad AS surname_abjad
FROM feature_given
