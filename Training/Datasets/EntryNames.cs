using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace CnnService.Training.Datasets;

/// <summary>
/// Turns the bytes of an archive's names into text. A code page that is given counts for all names that are not flagged as UTF-8. Otherwise
/// names that are no UTF-8 are in the code page of the machine that packed them, which no archive tells: it is found by which one makes words
/// of them, and is IBM437 where none does. What can be UTF-8 beside them is read in it too, as letters of a Chinese or Japanese code page can
/// be UTF-8 by chance; but it stays UTF-8 where nearly all names can be, and where IBM437 or a code page that makes no words of it was found.
/// Different bytes stay different names.
/// </summary>
internal sealed class EntryNames
{
    // The code pages of DOS and Windows machines by language, the most likely first; the last resort is the first.
    private static readonly int[] Candidates = [437, 850, 866, 852, 932, 936, 949, 950, 1252, 1251, 1250, 1253, 737];

    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private const int SureOfUtf8 = 10; // times as many names that are UTF-8 as others, which then are damaged ones

    private static readonly Encoding LastResort = Strict(437)!; // has a character for every byte

    private readonly Encoding legacy;
    private readonly bool utf8First, isGiven;

    private EntryNames(Encoding legacy, bool utf8First, bool isGiven = false) =>
        (this.legacy, this.utf8First, this.isGiven) = (legacy, utf8First, isGiven);

    /// <summary>Names of which nothing is known.</summary>
    public static EntryNames Unknown { get; } = new(LastResort, utf8First: true);

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
                utf8First: false, isGiven: true);
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
        byte[][] telling = [.. names.Where(name => !Ascii.IsValid(name))];
        byte[][] utf8 = [.. telling.Where(IsUtf8)], others = [.. telling.Where(name => !IsUtf8(name))];
        if (others.Length == 0) return Unknown;
        Encoding found = Best(others);
        bool isSure = found.CodePage != LastResort.CodePage && ScoreOf(found, utf8) >= ScoreOf(Utf8, utf8);
        return utf8Stays || utf8.Length >= SureOfUtf8 * others.Length || !isSure
            ? new EntryNames(found, utf8First: true)
            : new EntryNames(Best(telling), utf8First: false);
    }

    /// <summary>A name that is flagged as UTF-8.</summary>
    public EntryName DecodeUtf8(byte[] name) => IsUtf8(name) ? new EntryName(Utf8.GetString(name), null) : Decode(name);

    /// <summary>Any other name; what nothing else reads is read as IBM437.</summary>
    public EntryName Decode(byte[] name)
    {
        foreach (Encoding encoding in utf8First ? (Encoding[])[Utf8, legacy, LastResort] : [legacy, Utf8, LastResort])
        {
            try
            {
                bool isKnown = encoding == Utf8 || (encoding == legacy && isGiven) || Ascii.IsValid(name);
                return new EntryName(encoding.GetString(name), isKnown ? null : encoding.WebName);
            }
            catch (DecoderFallbackException)
            {
                // not in this one
            }
        }

        throw new UnreachableException();
    }

    private static Encoding Best(byte[][] names) =>
        Candidates.Select(Strict).OfType<Encoding>().MaxBy(encoding => ScoreOf(encoding, names))!;

    private static long ScoreOf(Encoding encoding, byte[][] names) => names.Sum(name => (long)Score(encoding, name));

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

/// <summary>The name of an entry as text.</summary>
/// <param name="Text">The name, with its folders.</param>
/// <param name="Guess">The code page in which it was read, where that was guessed; null otherwise.</param>
internal readonly record struct EntryName(string Text, string? Guess);
