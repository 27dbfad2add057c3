# shellcheck shell=bash
# What the dns_tls*.sh scenarios share: keys and certificates.

# authority NAME: a key and a certificate that may sign others.
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 10 \
        -keyout "$1.key" -out "$1.pem" -subj "/CN=$1" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
}

# certificate NAME AUTHORITY ALTERNATIVE-NAMES [OPENSSL-WORD…]: a key, and a certificate for it.
# Its subject would be the right name, if a subject counted.
certificate() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" \
        -subj /CN=dns.example.test
    echo "subjectAltName=$3" >names.txt
    openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -out "$1.pem" -extfile names.txt \
        "${@:4}"
}
