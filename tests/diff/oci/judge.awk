# Reads explained.tsv and then what was seen: row, runtime, key, value. Prints what is wrong.
FNR == 1 { file++ }
file == 1 && !/^#/ && NF {
    if (NF != 6)
        wrong("explained.tsv:" FNR ": has " NF " columns, not 6")
    if ($4 != "both" && $4 != me)
        next
    rules++
    rule_row[rules] = "^(" $1 ")$"
    rule_key[rules] = "^(" $2 ")$"
    rule_who[rules] = "^(" $3 ")$"
    rule_text[rules] = $1 ", " $2 ", " $3
}
file == 2 {
    if (!(($1, $3) in known)) {
        known[$1, $3] = 1
        facts++
        row_of[facts] = $1
        key_of[facts] = $3
    }
    value[$1, $2, $3] = $4
    if ($3 == "outcome")
        runs[$1, $2] = $4 == "runs"
}

function wrong(sentence) {
    print sentence
    failed = 1
}

function shown(row, runtime, key) {
    if (key != "outcome" && !runs[row, runtime])
        return "\001"
    return (row, runtime, key) in value ? value[row, runtime, key] : "(nothing)"
}

# Who differs, or nothing.
function alone(a, b, c) {
    if (a == "\001" || b == "\001" || c == "\001") {
        if (a == "\001")
            return b == c || b == "\001" || c == "\001" ? "" : "all"
        if (b == "\001")
            return a == c || c == "\001" ? "" : "all"
        return a == b ? "" : "all"
    }
    if (a == b)
        return a == c ? "" : "runc"
    return a == c ? "crun" : b == c ? "cupel" : "all"
}

function is_explained(row, key, who,   i, found) {
    for (i = 1; i <= rules; i++) {
        if (who ~ rule_who[i] && row ~ rule_row[i] && key ~ rule_key[i]) {
            used[i] = 1
            found = 1
        }
    }
    return found
}

END {
    for (i = 1; i <= facts; i++) {
        row = row_of[i]
        key = key_of[i]
        if (key == "said")
            continue
        a = shown(row, "cupel-oci", key)
        b = shown(row, "crun", key)
        c = shown(row, "runc", key)
        who = alone(a, b, c)
        if (who == "" || is_explained(row, key, who))
            continue
        if (key == "outcome") {
            a = a " " value[row, "cupel-oci", "said"]
            b = b " " value[row, "crun", "said"]
            c = c " " value[row, "runc", "said"]
        }
        gsub("\001", "(did not run)", a)
        gsub("\001", "(did not run)", b)
        gsub("\001", "(did not run)", c)
        wrong("differs (" who "): " row ": " key "\n    cupel: " a "\n    crun:  " b "\n    runc:  " c)
    }
    for (i = 1; i <= rules; i++) {
        if (!used[i])
            wrong("explained.tsv: this explains nothing: " rule_text[i])
    }
    print "# " facts " facts compared"
    exit failed
}
