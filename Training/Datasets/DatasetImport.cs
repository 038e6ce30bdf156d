using CnnService.Training.Specs;

namespace CnnService.Training.Datasets;

/// <summary>A dataset from an archive, and what became of all its files: each is in the dataset, refused, or ignored.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Layout">The layout that was seen, in words.</param>
/// <param name="Refused">The files that were left out, and why, in ordinal order of their paths.</param>
/// <param name="Ignored">The number of files that systems leave in archives, such as .DS_Store and Thumbs.db.</param>
/// <param name="Border">The width in pixels of the border of zeros that the images got: 2 where 28x28 became 32x32, otherwise 0.</param>
/// <param name="Warnings">Reasons why a network may learn less from it, or seem to have learned more, than one would think.</param>
public sealed record DatasetImport(
    Dataset Dataset, string Layout, IReadOnlyList<RefusedFile> Refused, int Ignored, int Border, IReadOnlyList<DatasetWarning> Warnings);

/// <summary>What an archive does not tell of itself.</summary>
public sealed record ImportOptions
{
    /// <summary>
    /// The code page of entries' names that are neither UTF-8 nor given in Unicode, such as <c>ibm866</c>; null, the default, to find it out.
    /// </summary>
    public string? CodePage { get; init; }

    /// <summary>The height and width of the images, 8 to 128 pixels, default 32.</summary>
    public int Size { get; init; } = Dataset.DefaultSize;
}

/// <summary>A file that was left out of a dataset.</summary>
/// <param name="File">Its path in the archive.</param>
/// <param name="Reason">Why, and what would be right.</param>
public sealed record RefusedFile(string File, string Reason);

/// <summary>An archive that gives no dataset, with the files of it that were refused one by one.</summary>
/// <param name="cause">The reason.</param>
/// <param name="refused">The files that were left out, in ordinal order of their paths.</param>
public sealed class ImportRefusedException(InvalidInputException cause, IReadOnlyList<RefusedFile> refused) : Exception(cause.Message, cause)
{
    /// <summary>The reason.</summary>
    public InvalidInputException Cause { get; } = cause;

    /// <summary>The files that were left out, in ordinal order of their paths.</summary>
    public IReadOnlyList<RefusedFile> Refused { get; } = refused;
}

/// <summary>
/// Reads all files of an archive in one pass, each in the format that knows it, and decides afterwards: the format with the most images is the
/// dataset's, whatever the order of the files.
/// </summary>
internal sealed class DatasetImporter
{
    private static readonly string[] Junk =
    [
        "__MACOSX", ".git", ".svn", ".Trashes", ".thumbnails", ".ipynb_checkpoints", "__pycache__", "Thumbs.db", "ehthumbs.db", "ZbThumbnail.info",
        "desktop.ini", "Icon\r", "@eaDir", "#recycle", "#snapshot", "@Recycle", "@Recently-Snapshot", "$RECYCLE.BIN",
        "System Volume Information", "lost+found", "_DS_Store", "Picasa.ini",
    ];

    private readonly string source;
    private readonly DatasetFormat[] formats;
    private readonly Dictionary<DatasetFormat, List<string>> known;
    private readonly List<(DatasetFormat Format, string Path, bool Needed, InvalidInputException Fault)> faults = [];
    private readonly List<RefusedFile> refused = [];
    private readonly SortedSet<string> guessedCodePages = new(StringComparer.Ordinal);
    private int ignored, guessed; // files
    private string? firstGuessed; // of the files whose names were guessed

    /// <summary>Begins with no file.</summary>
    /// <param name="source">The archive's name, for refusals.</param>
    /// <param name="size">The height and width of the images.</param>
    /// <param name="formats">The formats, in the order in which they are asked.</param>
    public DatasetImporter(string source, int size, DatasetFormat[] formats)
    {
        (this.source, this.formats) = (source, formats);
        known = formats.ToDictionary(format => format, _ => new List<string>());
        foreach (DatasetFormat format in formats) format.Size = size;
    }

    /// <summary>Reads one file.</summary>
    public void Add(DatasetFile file)
    {
        AddFolder([.. file.Folders.TakeWhile(folder => !IsJunk(folder) && !IsHidden(folder))]);
        if (IsJunk(file))
        {
            ignored += file.IsFolder ? 0 : 1;
            return;
        }

        CountGuess(file);
        if (file.IsFolder) return;
        if (file.Name.StartsWith('.')) Refuse(file, "has a name that begins with a dot, as hidden files do; give it another name.");
        else if (file.Folders.FirstOrDefault(IsHidden) is { } hidden)
            Refuse(file, $"lies in the hidden folder {hidden}/; give the folder a name without a dot in front.");
        else if (file.Refusal is { } reason) Refuse(file, reason);
        else if (formats.FirstOrDefault(format => format.Knows(file)) is { } format) Read(file, format);
        else Refuse(file, file.DamageOfHead ?? Refusals.Of(file));
    }

    /// <summary>The dataset of all files.</summary>
    /// <exception cref="ImportRefusedException">They make none.</exception>
    public DatasetImport Complete()
    {
        DatasetFormat? chosen = formats.Where(format => known[format].Count > 0).MaxBy(format => (format.Images, known[format].Count));
        try
        {
            Dataset dataset = Build(chosen);
            DatasetWarning[] warnings = [.. Guess(), .. chosen!.Warnings, .. DatasetWarning.Of(dataset, chosen.FileOf)];
            return new DatasetImport(dataset, chosen.Layout, AllRefused(chosen), ignored, chosen.Border, warnings);
        }
        catch (InvalidInputException e)
        {
            InvalidInputException cause = guessed == 0
                ? e
                : new InvalidInputException(e.Part, $"{e.Reason} {GuessWords} upload it again with the code page (names).");
            throw new ImportRefusedException(cause, AllRefused(chosen));
        }
    }

    private Dataset Build(DatasetFormat? chosen)
    {
        if (faults.FirstOrDefault(fault => chosen is null || (fault.Format == chosen && fault.Needed)).Fault is { } fault) throw fault;
        return chosen?.Build(source) ?? throw NothingKnown();
    }

    private string GuessWords
    {
        get
        {
            string codePages = string.Join(" and ", guessedCodePages);
            return guessed == 1
                ? $"1 file name that is not UTF-8 was read as {codePages}, {firstGuessed}; where it looks wrong,"
                : $"{guessed} file names that are not UTF-8 were read as {codePages}, the first as {firstGuessed}; where they look wrong,";
        }
    }

    private IEnumerable<DatasetWarning> Guess() => guessed == 0 ? [] :
        [new DatasetWarning("names-guessed", $"{GuessWords} delete the dataset and upload it again with the code page (names).")];

    private void AddFolder(string[] path)
    {
        if (path.Length == 0) return; // the archive's root
        foreach (DatasetFormat format in formats) format.AddFolder(path);
    }

    private void CountGuess(DatasetFile file)
    {
        if (file.GuessedCodePage is not { } codePage || file.IsFolder) return;
        guessedCodePages.Add(codePage);
        guessed++;
        firstGuessed ??= file.Path;
    }

    private void Refuse(DatasetFile file, string reason) => refused.Add(new RefusedFile(file.Path, reason));

    // Hidden pictures, by their own name or that of a folder, are more than what systems leave.
    private static bool IsJunk(DatasetFile file) => file.Folders.Append(file.Name).Any(IsJunk)
        || (file.Kind != FileKind.Picture && (file.Name.StartsWith('.') || file.Folders.Any(IsHidden)));

    private static bool IsJunk(string name) => Junk.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool IsHidden(string folder) => folder.StartsWith('.') && folder != ".";

    // Whatever is wrong with the archive itself ends the import.
    private void Read(DatasetFile file, DatasetFormat format)
    {
        known[format].Add(file.Path);
        try
        {
            format.Add(file);
        }
        catch (InvalidInputException e) when (e.Part == file.Path || e.Part == file.Name)
        {
            known[format].RemoveAt(known[format].Count - 1);
            InvalidInputException fault = file.TextInPlace is { } text ? new InvalidInputException(e.Part, $"it is {text}.") : e;
            faults.Add((format, file.Path, format.Needs(file), fault));
        }
    }

    private RefusedFile[] AllRefused(DatasetFormat? chosen)
    {
        IEnumerable<RefusedFile> broken = faults.Select(fault => new RefusedFile(fault.Path, fault.Fault.Reason));
        IEnumerable<RefusedFile> others = formats.Where(format => format != chosen).SelectMany(format => known[format]
            .Select(path => new RefusedFile(path, $"is none of the {chosen?.Layout}, which are most of the archive; where it is a dataset of its own, upload it apart.")));
        return [.. refused.Concat(broken).Concat(others).Concat(chosen?.Refused ?? []).OrderBy(file => file.File, StringComparer.Ordinal)];
    }

    private InvalidInputException NothingKnown()
    {
        const string remedy = "pack the pictures into it, in class folders.";
        if (refused.Count == 0 && ignored == 0) return new InvalidInputException(source, $"it is empty, it holds no file; {remedy}");
        if (refused.Count == 0)
            return new InvalidInputException(source, $"it holds no file but what systems leave, such as .DS_Store ({ignored}); {remedy}");
        string first = refused.Count switch
        {
            1 => $" Its only file, {refused[0].File}, {refused[0].Reason}",
            _ => $" The first of its {refused.Count} files, {refused[0].File}, {refused[0].Reason}",
        };
        return new InvalidInputException(
            source, $"it holds no file of a known dataset format.{first} Known are {string.Join("; ", formats.Select(format => format.Description))}.");
    }
}

/// <summary>Why a file that no format knows is left out.</summary>
internal static class Refusals
{
    private static readonly (string Ending, string Name)[] Data =
    [
        (".csv", "a table"), (".tsv", "a table"), (".xlsx", "a table"), (".json", "data"), (".xml", "data"), (".txt", "text"), (".md", "text"), (".html", "text"),
        (".pdf", "a document"), (".docx", "a document"), (".odt", "a document"),
    ];

    private static readonly string[] OtherPictures =
        [".ppm", ".pgm", ".pbm", ".pnm", ".jp2", ".jxl", ".ico", ".svg", ".psd", ".tga", ".exr", ".eps", ".dng", ".cr2", ".nef", ".arw"];

    /// <summary>The reason, and what would be right.</summary>
    public static string Of(DatasetFile file) => file.Kind switch
    {
        FileKind.Unknown when file.TextInPlace == FileKinds.LfsPointer => $"is {FileKinds.LfsPointer}.",
        FileKind.OtherArchive => "is an archive of a kind that is not read; pack the pictures as .zip or .tar.gz.",
        FileKind.Pickle => "holds objects of Python, which are not read; take the binary version of CIFAR, or pictures.",
        FileKind.Picture => "is a picture, and pictures are not read here; upload them in class folders.",
        _ when Data.FirstOrDefault(data => file.Name.EndsWith(data.Ending, StringComparison.OrdinalIgnoreCase)).Name is { } name =>
            $"is {name}, and is not read here.",
        _ when OtherPictures.FirstOrDefault(other => file.Name.EndsWith(other, StringComparison.OrdinalIgnoreCase)) is { } ending =>
            $"is a picture of a kind that is not read ({ending}); save it as PNG or JPEG.",
        _ when System.IO.Path.GetExtension(file.Name) is { Length: > 1 } ending => $"is no picture, and {ending} is not read; send PNG, JPEG, WebP, BMP or GIF.",
        _ when file.TextInPlace is { } text => $"is {text}.",
        _ => "is no picture; send PNG, JPEG, WebP, BMP or GIF.",
    };
}
