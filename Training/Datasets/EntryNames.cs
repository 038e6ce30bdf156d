using System.Text;

namespace CnnService.Training.Datasets;

/// <summary>
/// Turns the bytes of an archive's names into text. Names that are no UTF-8 are in the code page of the machine that packed them, which no
/// archive tells: it is given, or found by which one makes words of them, and is IBM437 where none does. Different bytes stay different
/// names.
/// </summary>
internal sealed class EntryNames
{
    // The code pages of DOS and Windows machines by language, the most likely first; the last resort is the first.
    private static readonly int[] Candidates = [437, 850, 866, 852, 932, 936, 949, 950, 1252, 1251, 1250, 1253, 737];

    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Encoding legacy;

    private EntryNames(Encoding legacy) => this.legacy = legacy;

    /// <summary>Names of which nothing is known.</summary>
    public static EntryNames Unknown { get; } = new(Strict(437)!);

    /// <summary>
    /// Names in the code page of that name, such as <c>ibm866</c> or <c>shift_jis</c>; null where there is none of that name.
    /// </summary>
    public static EntryNames? Of(string codePage)
    {
        try
        {
            Encoding found = CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? Encoding.GetEncoding(codePage);
            return new EntryNames(
                Strict(found.CodePage) ?? Encoding.GetEncoding(found.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Names in the code page that makes words of most of these.</summary>
    public static EntryNames Detect(IReadOnlyCollection<byte[]> names)
    {
        byte[][] foreign = [.. names.Where(name => !IsUtf8(name))];
        if (foreign.Length == 0) return Unknown;
        Encoding[] known = [.. Candidates.Select(Strict).OfType<Encoding>()];
        return new EntryNames(known.MaxBy(encoding => foreign.Sum(name => (long)Score(encoding, name)))!);
    }

    /// <summary>The text of a name: UTF-8 where it is that.</summary>
    public string Decode(byte[] name)
    {
        foreach (Encoding encoding in (Encoding[])[Utf8, legacy])
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

        return Unknown.legacy.GetString(name); // has a character for every byte
    }

    private static bool IsUtf8(byte[] name)
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
