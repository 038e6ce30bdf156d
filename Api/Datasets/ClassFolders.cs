using CnnService.Api.Pictures;
using CnnService.Training;
using CnnService.Training.Datasets;
using CnnService.Training.Tensors;

namespace CnnService.Api.Datasets;

/// <summary>
/// Pictures in folders that name their classes: cats/1.png, dogs/2.jpg. There may be folders train and test above them, and one folder above all.
/// Classes are numbered in ordinal order of their names, images follow in ordinal order of their paths, whatever their order in the archive. The
/// dataset has 1 channel if every picture is grey, 3 otherwise. Pictures that cannot be used are refused one by one.
/// </summary>
/// <param name="resize">Brings pictures of any size to 32x32 by the area filter (each pixel is the mean of what it covers); otherwise other sizes are refused.</param>
internal sealed class ClassFolders(bool resize) : DatasetFormat
{
    private const int LargestFile = 80 << 20; // in bytes: more than any picture that the decoder takes
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"];
    private readonly SortedDictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly List<IReadOnlyList<string>> folders = [];
    private readonly List<RefusedFile> refused = [];
    private byte[] buffer = new byte[1 << 16];

    /// <inheritdoc/>
    public override string Description => "a .zip or .tar.gz of class folders of pictures (cats/1.png, dogs/2.jpg; PNG, JPEG, WebP, BMP, GIF)";

    /// <summary>What was left out and why, in the order of the paths; complete after <see cref="Build"/>.</summary>
    public IReadOnlyList<RefusedFile> Refused => refused;

    /// <inheritdoc/>
    public override bool Knows(string name) => Endings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public override void AddFolder(IReadOnlyList<string> path) => folders.Add(path);

    /// <inheritdoc/>
    public override void Add(DatasetFile file)
    {
        try
        {
            if (entries.ContainsKey(file.Path)) throw new InvalidInputException(file.Path, "a second file has this path; each is given once.");
            entries.Add(file.Path, new Entry(file.Folders, null));
            Picture picture = PictureDecoder.Decode(Read(file), file.Path, resize);
            entries[file.Path] = new Entry(file.Folders, picture.ToChannels(picture.IsGrey ? 1 : 3));
        }
        catch (InvalidInputException e) when (e.Part == file.Path)
        {
            refused.Add(new RefusedFile(e.Part, e.Reason));
        }
    }

    /// <inheritdoc/>
    public override Dataset Build(string source)
    {
        var layout = Layout.Of([.. entries.Values.Select(entry => entry.Folders)]);
        IEnumerable<IReadOnlyList<string>> all = entries.Values.Select(entry => entry.Folders).Concat(folders);
        string[] labels = [.. all.Select(layout.ClassOf).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        Image[] images = [.. Images(layout, labels)];
        refused.Sort((a, b) => string.CompareOrdinal(a.File, b.File));
        Check(labels, images, source);

        int channels = images.All(image => image.Pixels.Length == Side * Side) ? 1 : 3;
        return new Dataset(labels, Part(images.Where(image => !image.Test), channels), Part(images.Where(image => image.Test), channels));
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

    private IEnumerable<Image> Images(Layout layout, string[] labels)
    {
        foreach ((string path, Entry entry) in entries)
        {
            if (entry.Pixels is not { } pixels) continue;
            if (layout.ClassOf(entry.Folders) is { } label)
                yield return new Image(pixels, Array.BinarySearch(labels, label, StringComparer.Ordinal), layout.IsTest(entry.Folders));
            else
                refused.Add(new RefusedFile(path, "does not lie in a class folder; put each picture directly into the folder of its class."));
        }
    }

    private void Check(string[] labels, Image[] images, string source)
    {
        if (images.Length == 0)
            throw new InvalidInputException(source, $"none of its {refused.Count} pictures can be used; the first of them, {refused[0].File}, {refused[0].Reason}");
        if (labels.Length < 2)
            throw new InvalidInputException(source, $"it holds one class, \"{labels[0]}\"; at least 2 are needed, each a folder of pictures.");
        foreach ((int index, string label) in labels.Index())
        {
            if (!images.Any(image => image.Label == index && !image.Test))
                throw new InvalidInputException(source, $"the class folder \"{label}\" holds no training picture that can be used; add some, or leave the folder out.");
        }
    }

    private static ImageSet Part(IEnumerable<Image> images, int channels)
    {
        Image[] part = [.. images];
        return new ImageSet(
            new Shape(channels, Side, Side),
            part.Select(image => image.Pixels.Length == channels * Side * Side ? image.Pixels : (byte[])[.. image.Pixels, .. image.Pixels, .. image.Pixels])
                .Select(pixels => new ReadOnlyMemory<byte>(pixels)),
            part.Select(image => image.Label));
    }

    /// <summary>A picture in its folders; without pixels if it cannot be read. Grey ones have 1 channel.</summary>
    private readonly record struct Entry(IReadOnlyList<string> Folders, byte[]? Pixels);

    /// <summary>A picture in its class.</summary>
    private readonly record struct Image(byte[] Pixels, int Label, bool Test);

    /// <summary>Which of a picture's folders is its class.</summary>
    /// <param name="Skipped">Folders above all others: 0 or 1.</param>
    /// <param name="HasParts">Whether train and test come next.</param>
    private readonly record struct Layout(int Skipped, bool HasParts)
    {
        private int Depth => Skipped + (HasParts ? 1 : 0);

        /// <summary>The layout that the folders of all pictures have.</summary>
        public static Layout Of(IReadOnlyList<string>[] pictures)
        {
            IReadOnlyList<string>[] inFolders = [.. pictures.Where(folders => folders.Count > 0)];
            bool hasTop = inFolders.Any(folders => folders.Count > 1)
                && inFolders.Select(folders => folders[0]).Distinct().Count() == 1
                && !IsPart(inFolders[0][0]);
            int skipped = hasTop ? 1 : 0;
            IReadOnlyList<string>[] below = [.. inFolders.Where(folders => folders.Count > skipped)];
            return new Layout(skipped, below.All(folders => IsPart(folders[skipped])) && below.Any(folders => folders.Count > skipped + 1));
        }

        /// <summary>The class of a picture in these folders; null where it lies above or below the class folders.</summary>
        public string? ClassOf(IReadOnlyList<string> folders) => folders.Count == Depth + 1 ? folders[Depth] : null;

        /// <summary>Whether a picture in these folders belongs to the test part.</summary>
        public bool IsTest(IReadOnlyList<string> folders) => HasParts && Is(folders[Skipped], "test");

        private static bool IsPart(string folder) => Is(folder, "train") || Is(folder, "test");

        private static bool Is(string folder, string name) => folder.Equals(name, StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>A file that was left out of a dataset.</summary>
/// <param name="File">Its path in the archive.</param>
/// <param name="Reason">Why, and what would be right.</param>
public sealed record RefusedFile(string File, string Reason);
