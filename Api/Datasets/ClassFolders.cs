using CnnService.Api.Pictures;
using CnnService.Training.Datasets;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Api.Datasets;

/// <summary>
/// Pictures in folders that name their classes: cats/1.png, dogs/2.jpg. <see cref="FolderLayout"/> tells which folders those are. Classes are
/// numbered in ordinal order of their names, images follow in ordinal order of their paths, whatever their order in the archive; two
/// different pictures of one path are two pictures. The dataset has 1 channel if every picture is grey, 3 otherwise. Pictures that cannot be
/// used are refused one by one.
/// </summary>
/// <param name="fitting">The way from a picture to an image.</param>
internal sealed class ClassFolders(Fitting fitting) : DatasetFormat
{
    private const int LargestFile = 80 << 20; // in bytes: more than any picture that the decoder takes
    private const int NamedFolders = 5; // in a warning
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".gif"];
    private readonly SortedDictionary<PictureKey, Entry> entries = [];
    private readonly HashSet<string> folders = new(StringComparer.Ordinal); // the paths of all that are listed or hold files
    private readonly Dictionary<string, PictureFolder> holders = new(StringComparer.Ordinal); // by their paths
    private readonly List<string> leftOut = []; // pictures that have no class by their place
    private FolderLayout layout = new([]);
    private Image[] images = [];
    private string[] labels = [];
    private string[] pictureless = [], emptyParts = []; // without pictures: names beside the classes', and paths of parts and of classes in one
    private byte[] buffer = new byte[1 << 16];

    /// <inheritdoc/>
    public override string Description => "a .zip, .tar or .tar.gz of class folders of pictures (cats/1.png, dogs/2.jpg; PNG, JPEG, WebP, BMP, GIF)";

    /// <inheritdoc/>
    public override string Layout => layout.Words;

    /// <inheritdoc/>
    public override IReadOnlyList<DatasetWarning> Warnings => [.. LeftOut(), .. WithoutPictures(), .. WrittenAlike(), .. Merged()];

    /// <inheritdoc/>
    public override int Images => entries.Values.Count(entry => entry.Pixels is not null);

    /// <inheritdoc/>
    public override bool Knows(DatasetFile file) => file.Kind is FileKind.Picture or FileKind.Tiff or FileKind.Heic or FileKind.Avif
        || (file.Kind == FileKind.Unknown && Endings.Any(ending => file.Name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)));

    /// <inheritdoc/>
    public override void AddFolder(IReadOnlyList<string> path) => folders.Add(string.Join('/', path));

    /// <inheritdoc/>
    public override void Add(DatasetFile file)
    {
        try
        {
            ReadOnlySpan<byte> bytes = Read(file);
            Picture picture = PictureDecoder.Decode(bytes, file.Path, fitting);
            byte[] pixels = picture.ToChannels(picture.IsGrey ? 1 : 3);
            if (!entries.TryAdd(new PictureKey(file.Path, pixels), new Entry(HolderOf(file), pixels, null))) Refuse(file.Path, GivenTwice);
        }
        catch (InvalidInputException e) when (e.Part == file.Path || e.Part == file.Name)
        {
            if (!entries.TryAdd(new PictureKey(file.Path, []), new Entry(HolderOf(file), null, e.Reason))) Refuse(file.Path, e.Reason);
        }
    }

    private PictureFolder HolderOf(DatasetFile file)
    {
        string path = string.Join('/', file.Folders);
        if (!holders.TryGetValue(path, out PictureFolder? folder)) holders.Add(path, folder = new PictureFolder(file.Folders));
        return folder;
    }

    /// <inheritdoc/>
    public override Dataset Build(string source)
    {
        foreach (Entry entry in entries.Values) entry.Folder.Pictures++;
        layout = new FolderLayout([.. holders.Values.Where(folder => folder.Pictures > 0).Select(folder => (folder.Path, folder.Pictures))]);
        foreach (PictureFolder folder in holders.Values) (folder.Class, folder.IsTest) = (layout.ClassOf(folder.Path), layout.IsTest(folder.Path));
        labels = Named(holders.Values.Select(folder => folder.Class));
        FindPictureless();
        if (labels.Length > Dataset.MaximumClasses)
            throw new InvalidInputException(source, $"it has {labels.Length} class folders; a dataset has at most {Dataset.MaximumClasses} classes.");
        images = [.. ImagesOf().OrderBy(image => image.IsTest)];
        Check(source);

        int channels = images.All(image => image.Pixels.Length == Size * Size) ? 1 : 3;
        return new Dataset(labels, Part(images.Where(image => !image.IsTest), channels), Part(images.Where(image => image.IsTest), channels));
    }

    /// <inheritdoc/>
    public override string? FileOf(bool isTest, int index) => images[isTest ? images.Count(image => !image.IsTest) + index : index].Path;

    // Whatever else is in them, and whether or not the archive lists them.
    private void FindPictureless()
    {
        var without = new HashSet<string>(StringComparer.Ordinal);
        foreach (string[] folder in folders.SelectMany(WithThoseAbove))
            if (layout.ClassOfListed(folder) is not null || layout.IsPartOfListed(folder)) without.Add(string.Join('/', folder));
        foreach (string[] folder in holders.Keys.SelectMany(WithThoseAbove)) without.Remove(string.Join('/', folder));
        (string Path, string? Class)[] named =
            [.. without.Order(StringComparer.Ordinal).Select(path => (path, layout.ClassOfListed(path.Split('/'))))];
        pictureless = [.. Named(named.Select(folder => folder.Class)).Except(labels)];
        emptyParts = [.. named.Where(folder => folder.Class is not { } label || labels.Contains(label)).Select(folder => folder.Path)];

        static IEnumerable<string[]> WithThoseAbove(string path)
        {
            string[] names = path.Split('/');
            return Enumerable.Range(1, names.Length).Select(depth => names[..depth]);
        }
    }

    private ReadOnlySpan<byte> Read(DatasetFile file)
    {
        int length = 0;
        for (int read; (read = file.Content.Read(buffer.AsSpan(length))) > 0;)
        {
            length += read;
            if (length > LargestFile) throw new InvalidInputException(file.Path, $"has more than {LargestFile} bytes; save it smaller.");
            if (length == buffer.Length) Array.Resize(ref buffer, 2 * length);
        }

        return buffer.AsSpan(0, length);
    }

    private IEnumerable<Image> ImagesOf()
    {
        foreach ((PictureKey key, Entry entry) in entries)
        {
            if (entry.Folder.Class is not { } label)
            {
                leftOut.Add(key.Path);
                Refuse(key.Path, layout.RefusalOf(entry.Folder.Path)); // whatever else is wrong with it
            }
            else if (entry.Reason is { } reason) Refuse(key.Path, reason);
            else yield return new Image(key.Path, entry.Pixels!, Array.BinarySearch(labels, label, StringComparer.Ordinal), entry.Folder.IsTest);
        }
    }

    private void Check(string source)
    {
        if (entries.Count == 1 && entries.Keys.First().Path == source)
            throw new InvalidInputException(source, "it is a picture and no archive; pack folders of pictures, one for each class, as a .zip or .tar.gz.");
        if (images.Length == 0)
        {
            string none = entries.Count == 1 ? "its only picture cannot be used;" : $"none of its {entries.Count} pictures can be used; the first of them,";
            throw new InvalidInputException(source, $"{none} {Refused[0].File}, {Refused[0].Reason}");
        }

        if (labels.Length < 2)
            throw new InvalidInputException(
                source,
                $"it holds one class, \"{labels[0]}\"; at least 2 are needed, each a folder of pictures.{Elsewhere()}{Beside(pictureless)}");
        foreach ((int index, string label) in labels.Index())
        {
            if (images.Any(image => image.Label == index && !image.IsTest)) continue;
            KeyValuePair<PictureKey, Entry> lost =
                entries.FirstOrDefault(entry => entry.Value.Reason is not null && entry.Value.Folder.Class == label);
            string first = lost.Value.Reason is { } reason ? $" The first of them, {lost.Key.Path}, {reason}" : "";
            if (images.FirstOrDefault(image => image.Label == index).Path is { } test) first = $" Its pictures are all of the test part, as {test}.";
            if (labels.FirstOrDefault(other => other != label && Alike(other, label)) is { } alike) first += $" The class \"{alike}\" is written otherwise; where they are one, give both folders that name.";
            throw new InvalidInputException(
                source, $"the class folder \"{label}\" holds no training picture that can be used; add some, or leave the folder out.{first}");
        }
    }

    private string Elsewhere() => leftOut.Count == 0 ? "" : $" {PicturesLie()} elsewhere, as {leftOut[0]}; put all class folders beside each other.";

    private static string Beside(string[] others) => others.Length == 0 ? "" : $" {WordsOf(others)} beside it {(others.Length == 1 ? "holds" : "hold")} no picture.";

    private string PicturesLie() => leftOut.Count == 1 ? "1 picture lies" : $"{leftOut.Count} pictures lie";

    private IEnumerable<DatasetWarning> LeftOut() => leftOut.Count == 0 ? [] :
    [
        new DatasetWarning(
            "folders-left-out",
            $"{PicturesLie()} elsewhere than the {layout.Place} and {(leftOut.Count == 1 ? "was" : "were")} left out, as {leftOut[0]}; "
                + "put all class folders beside each other."),
    ];

    private IEnumerable<DatasetWarning> WithoutPictures()
    {
        string are = pictureless.Length == 1 ? "holds no picture and is no class" : "hold no picture and are no classes";
        string beside = pictureless.Length == 0 ? "" : $"{WordsOf(pictureless)} beside the class folders {are}.";
        string inParts = emptyParts.Length == 0 ? "" : $"{WordsOf(emptyParts)} {(emptyParts.Length == 1 ? "holds" : "hold")} no picture.";
        return beside.Length + inParts.Length == 0 ? [] : [new DatasetWarning("folders-without-pictures", $"{beside} {inParts}".Trim())];
    }

    private IEnumerable<DatasetWarning> WrittenAlike() =>
        from pair in labels.Index()
        from other in labels.Skip(pair.Index + 1)
        where Alike(pair.Item, other)
        select new DatasetWarning(
            "classes-alike", $"\"{pair.Item}\" and \"{other}\" are two classes; where they are one, give their folders the same name and upload them again.");

    private IEnumerable<DatasetWarning> Merged() => layout.MergedParts.Select(folders => new DatasetWarning(
        "parts-merged", $"{folders} are one part by their names, and their pictures were put together; where one is a copy of another, leave it out and upload the archive again."));

    private static string[] Named(IEnumerable<string?> classes) => [.. classes.OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    private static string WordsOf(string[] names) =>
        string.Join(", ", names.Take(NamedFolders).Select(name => $"\"{name}\"")) + (names.Length > NamedFolders ? $" and {names.Length - NamedFolders} more" : "");

    private static bool Alike(string a, string b) => a.Trim(' ', '.').Equals(b.Trim(' ', '.'), StringComparison.OrdinalIgnoreCase);

    private ImageSet Part(IEnumerable<Image> images, int channels)
    {
        Image[] part = [.. images];
        return new ImageSet(
            new Shape(channels, Size, Size),
            part.Select(image => image.Pixels.Length == channels * Size * Size ? image.Pixels : (byte[])[.. image.Pixels, .. image.Pixels, .. image.Pixels])
                .Select(pixels => new ReadOnlyMemory<byte>(pixels)),
            part.Select(image => image.Label));
    }

    /// <summary>A picture in its folders, or the reason why it has no pixels. Grey ones have 1 channel.</summary>
    private readonly record struct Entry(PictureFolder Folder, byte[]? Pixels, string? Reason);

    /// <summary>A folder that directly holds pictures: thousands share it, and what it means is found once.</summary>
    private sealed class PictureFolder(IReadOnlyList<string> path)
    {
        public IReadOnlyList<string> Path { get; } = path;

        public int Pictures { get; set; }

        public string? Class { get; set; }

        public bool IsTest { get; set; }
    }

    /// <summary>A path with its picture's pixels, in the order of paths: the order of an archive counts for nothing.</summary>
    private readonly struct PictureKey(string path, byte[] pixels) : IComparable<PictureKey>
    {
        private readonly byte[] pixels = pixels;

        public string Path { get; } = path;

        public int CompareTo(PictureKey other) =>
            string.CompareOrdinal(Path, other.Path) is var order and not 0 ? order : pixels.AsSpan().SequenceCompareTo(other.pixels);
    }

    /// <summary>A picture in its class.</summary>
    private readonly record struct Image(string Path, byte[] Pixels, int Label, bool IsTest);
}
