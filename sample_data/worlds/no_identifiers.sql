-- Each system has its own key and no other's; nobody notes a document.
UPDATE nominal SET pnc = NULL, cro = NULL;
UPDATE person SET noms = NULL, crn = NULL, visor_id = NULL;
DELETE FROM contact WHERE kind = 'DOCUMENT';
