# Verify every DKIM signature of the mail on standard input with Mail::DKIM, offline:
#     perl verify_dkim.pl RECORDS < MAIL
# RECORDS holds a line per DNS record, `NAME VALUE`. Prints a line per signature, `SELECTOR RESULT`.
use strict;
use warnings;
use Mail::DKIM::DNS;
use Mail::DKIM::Verifier;

package Zone;
use Net::DNS;

sub new {
    my ( $class, $file ) = @_;
    my %records;
    open my $lines, '<', $file or die "cannot read $file: $!";
    while ( my $line = <$lines> ) {
        chomp $line;
        my ( $name, $value ) = split / /, $line, 2;
        $records{$name} = $value;
    }
    return bless { records => \%records }, $class;
}

sub send {
    my ( $self, $name, $type ) = @_;
    my $answer = Net::DNS::Packet->new( $name, $type );
    my $value = $self->{records}{$name};
    if ( defined $value ) {
        my @strings = unpack '(A255)*', $value;
        my $record = Net::DNS::RR->new( owner => $name, type => 'TXT', txtdata => \@strings );
        $answer->push( answer => $record );
    }
    return $answer;
}

sub errorstring { return 'NOERROR' }

package main;

Mail::DKIM::DNS::resolver( Zone->new( $ARGV[0] ) );
my $verifier = Mail::DKIM::Verifier->new;
binmode STDIN;
$verifier->PRINT( do { local $/; <STDIN> } );
$verifier->CLOSE;
print $_->selector, ' ', $_->result, "\n" for $verifier->signatures;
