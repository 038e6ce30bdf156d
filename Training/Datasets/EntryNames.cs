using System.Globalization;
using System.Text;

namespace CnnService.Training.Datasets;

/// <summary>
/// Turns the bytes of an archive's names into text. A code page that is given counts for all names that are not flagged as UTF-8. Otherwise
/// they are UTF-8 where nearly all can be; names that are no UTF-8 are in the code page of the machine that packed them, which no archive tells:
/// it is found by which one makes words of them, and is IBM437 where none does. Different bytes stay different names.
/// </summary>
internal sealed class EntryNames
{
    // The code pages of DOS and Windows machines by language, the most likely first; the last resort is the first.
    private static readonly int[] Candidates = [437, 850, 866, 852, 932, 936, 949, 950, 1252, 1251, 1250, 1253, 737];

    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private const int SureOfUtf8 = 10; // times as many names that are UTF-8 as others, which then are damaged ones

    /// <summary>The code page of names that no other reads.</summary>
    public const string LastResort = "ibm437";

    private readonly Encoding legacy;
    private readonly bool utf8First;

    private EntryNames(Encoding legacy, bool utf8First) => (this.legacy, this.utf8First) = (legacy, utf8First);

    /// <summary>Names of which nothing is known.</summary>
    public static EntryNames Unknown { get; } = new(Strict(437)!, utf8First: true);

    /// <summary>The code page that was found, where names were not UTF-8; null otherwise.</summary>
    public string? Guess { get; private init; }

    /// <summary>
    /// Names in the code page of that name, such as <c>ibm866</c> or <c>shift_jis</c>; null where there is none of that name.
    /// </summary>
    public static EntryNames? Of(string codePage)
    {
        try
        {
            Encoding found = Named(codePage);
            if (found.GetByteCount("/") != 1) return null; // of UTF-16 no archive makes names
            return new EntryNames(
                Strict(found.CodePage) ?? Encoding.GetEncoding(found.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback),
                utf8First: false);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Names in the code page that makes words of most of these.</summary>
    /// <param name="names">All names of an archive.</param>
    /// <param name="utf8Stays">Whether what can be UTF-8 has been read as such, and stays so.</param>
    public static EntryNames Detect(IReadOnlyCollection<byte[]> names, bool utf8Stays = false)
    {
        byte[][] telling = [.. names.Where(name => name.Any(letter => letter >= 0x80))];
        int utf8 = telling.Count(IsUtf8), others = telling.Length - utf8;
        if (others == 0) return Unknown;
        bool utf8First = utf8Stays || utf8 >= SureOfUtf8 * others; // as two letters of a Chinese code page can be UTF-8 by chance
        byte[][] foreign = utf8First ? [.. telling.Where(name => !IsUtf8(name))] : telling;
        Encoding[] known = [.. Candidates.Select(Strict).OfType<Encoding>()];
        Encoding found = known.MaxBy(encoding => foreign.Sum(name => (long)Score(encoding, name)))!;
        return new EntryNames(found, utf8First) { Guess = found.WebName };
    }

    /// <summary>The text of a name that is flagged as UTF-8.</summary>
    public string DecodeUtf8(byte[] name) => IsUtf8(name) ? Utf8.GetString(name) : Decode(name);

    /// <summary>The text of any other name; what nothing else reads is read as <see cref="LastResort"/>.</summary>
    public string Decode(byte[] name) => TryDecode(name) ?? Unknown.legacy.GetString(name); // has a character for every byte

    /// <summary>Whether a name can be read in the encoding that is given or found, or in UTF-8.</summary>
    public bool Reads(byte[] name) => TryDecode(name) is not null;

    private string? TryDecode(byte[] name)
    {
        foreach (Encoding encoding in utf8First ? (Encoding[])[Utf8, legacy] : [legacy, Utf8])
        {
            try
            {
                return encoding.GetString(name);
            }
            catch (DecoderFallbackException)
            {
                // not in this one
            }
        }

        return null;
    }

    // Also cp932 and 932, as Windows and Python call them.
    private static Encoding Named(string codePage)
    {
        string number = codePage.ToLowerInvariant().Replace("windows-", "", StringComparison.Ordinal).Replace("cp", "", StringComparison.Ordinal);
        if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int page))
            return CodePagesEncodingProvider.Instance.GetEncoding(page) ?? Encoding.GetEncoding(page);
        return number == "utf8" ? Utf8 : CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? Encoding.GetEncoding(codePage);
    }

    /// <summary>Whether a name can be UTF-8.</summary>
    public static bool IsUtf8(byte[] name)
    {
        try
        {
            Utf8.GetCharCount(name);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    // Letters speak for a code page, what is drawn with speaks against it, and so do letters of two alphabets in one name, and capitals in
    // the midst of a word. Ties go to the more likely one.
    private static int Score(Encoding encoding, byte[] name)
    {
        string text;
        try
        {
            text = encoding.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            return -1000;
        }

        int score = 0;
        char before = '/';
        foreach (char letter in text)
        {
            if (letter >= 0x80) score += char.IsLetter(letter) ? 1 : -2;
            if (char.IsLetter(letter) && char.IsLetter(before) && Alphabet(letter) != Alphabet(before)) score -= 3;
            if (char.IsUpper(letter) && char.IsLower(before) && letter >= 0x80) score -= 2;
            before = letter;
        }

        return score;
    }

    private static int Alphabet(char letter) => letter switch
    {
        < '\u0250' => 0, // Latin
        < '\u0370' => 1,
        < '\u0400' => 2, // Greek
        < '\u0530' => 3, // Cyrillic
        < '\u3040' => 4,
        < '\ua000' => 5, // Kana and Han, which stand beside each other
        < '\uff66' => 6, // Hangul
        _ => 7, // half-width Kana, which bytes of other code pages become
    };

    private static Encoding? Strict(int codePage) =>
        CodePagesEncodingProvider.Instance.GetEncoding(codePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
}
