namespace CnnService.Training.Datasets;

/// <summary>
/// The header block of a tar entry, as POSIX (ustar and pax, pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html), GNU
/// (gnu.org/software/tar/manual/html_node/Standard.html) and Unix V7 write it. Owners and times are not looked at.
/// </summary>
internal readonly ref struct TarHeader
{
    /// <summary>Bytes of a header, and what contents are filled up to a multiple of.</summary>
    public const int Length = 512;

    private const int NameLength = 100, SizeStart = 124, SizeLength = 12, ChecksumStart = 148, ChecksumLength = 8, TypeStart = 156,
        MagicStart = 257, PrefixStart = 345, PrefixLength = 155;

    private readonly ReadOnlySpan<byte> block;

    /// <summary>The header in a block that <see cref="IsOne"/>.</summary>
    public TarHeader(ReadOnlySpan<byte> block) => this.block = block;

    /// <summary>The type of the entry: '0' or 0 a file, '5' a folder, '1' and '2' links, and so on.</summary>
    public char Type => (char)block[TypeStart];

    /// <summary>The path as it is written, without a terminator.</summary>
    public byte[] Path
    {
        get
        {
            ReadOnlySpan<byte> name = Text(block[..NameLength]), prefix = Text(block.Slice(PrefixStart, PrefixLength));
            bool hasPrefix = block[MagicStart..].StartsWith("ustar\0"u8) && prefix.Length > 0; // GNU has times there
            return hasPrefix ? [.. prefix, (byte)'/', .. name] : name.ToArray();
        }
    }

    /// <summary>Bytes of content; null for what is no number.</summary>
    public long? Size => Number(block.Slice(SizeStart, SizeLength));

    /// <summary>Whether these bytes begin with a header: its checksum is right, over bytes with or without a sign.</summary>
    public static bool IsOne(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Length) return false;
        long unsigned = 0, signed = 0;
        for (int i = 0; i < Length; i++)
        {
            byte value = i is >= ChecksumStart and < ChecksumStart + ChecksumLength ? (byte)' ' : bytes[i];
            (unsigned, signed) = (unsigned + value, signed + (sbyte)value);
        }

        long? checksum = Number(bytes.Slice(ChecksumStart, ChecksumLength));
        return checksum > 8 * ' ' && (checksum == unsigned || checksum == signed); // more than that of nothing
    }

    // Octal digits between blanks, or, where the first bit is set, the bytes behind it themselves. Null for neither, and over 63 bits.
    private static long? Number(ReadOnlySpan<byte> field)
    {
        bool areBytes = field[0] == 0x80;
        int shift = areBytes ? 8 : 3;
        long number = 0;
        foreach (byte digit in areBytes ? field[1..] : Text(field).Trim((byte)' '))
        {
            int value = areBytes ? digit : digit - '0';
            if (value < 0 || value >> shift != 0 || number >> (63 - shift) != 0) return null;
            number = number << shift | (uint)value;
        }

        return number;
    }

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is >= 0 and int end ? field[..end] : field;
}
