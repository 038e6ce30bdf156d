using System.Buffers.Binary;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Datasets;

/// <summary>
/// IDX files of grey images and their labels, as MNIST has them (yann.lecun.com/exdb/mnist), plain or as .gz: big-endian header, then bytes.
/// Images that are up to 4 pixels smaller than wanted get a border of zeros, as 28x28 get one of 2 in 32x32. Files with "t10k" or "test" before "images" or "labels"
/// in their names are the test part, the others training. Class names come from labels.txt where it is present, and are "0" to "9" otherwise.
/// </summary>
internal sealed class Idx : DatasetFormat
{
    private const string NamesName = "labels.txt";
    private const uint ImagesMagic = 0x00000803, LabelsMagic = 0x00000801; // unsigned bytes in 3 dimensions and in 1
    private const int ImagesPerBlock = 1024; // 1 MB of 32x32: memory grows with what is read, not with what a header promises
    private const int WidestBorder = 2;

    private readonly Dictionary<(bool Test, bool Images), string> files = []; // their names
    private readonly Dictionary<bool, List<ReadOnlyMemory<byte>>> images = [];
    private readonly Dictionary<bool, byte[]> labels = [];
    private string[]? names;
    private int border;

    /// <inheritdoc/>
    public override string Description => "IDX (train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-..., each plain or .gz)";

    /// <inheritdoc/>
    public override string Layout => "IDX files";

    /// <inheritdoc/>
    public override int Border => border;

    /// <inheritdoc/>
    public override int Images => images.Values.Sum(part => part.Count);

    /// <inheritdoc/>
    public override bool Knows(DatasetFile file) => file.PlainName == NamesName || file.Kind is FileKind.IdxImages or FileKind.IdxLabels
        || (IsNamed(file.PlainName) && (Holds(file.PlainName, "images") || Holds(file.PlainName, "labels")));

    /// <inheritdoc/>
    public override void Add(DatasetFile file)
    {
        if (file.PlainName == NamesName)
        {
            names = names is null ? ReadNames(file) : throw new InvalidInputException(file.Name, "a second file has this name.");
            return;
        }

        bool isNamed = Holds(file.PlainName, "images") != Holds(file.PlainName, "labels");
        bool areImages = isNamed ? Holds(file.PlainName, "images") : file.Kind == FileKind.IdxImages;
        int words = file.PlainName.IndexOf(areImages ? "images" : "labels", StringComparison.Ordinal);
        string part = words < 0 ? file.PlainName : file.PlainName[..words];
        bool test = Holds(part, "t10k") || Holds(part, "test");
        bool isFirst = files.TryAdd((test, areImages), file.Name);
        if (areImages) Keep(images, test, ReadImages(file), Same);
        else Keep(labels, test, ReadLabels(file), (a, b) => a.AsSpan().SequenceEqual(b));

        void Keep<T>(Dictionary<bool, T> known, bool key, T value, Func<T, T, bool> same)
        {
            if (isFirst) known.Add(key, value);
            else if (known.TryGetValue(key, out T? before) && same(before, value)) Refuse(file.Path, GivenTwice);
            else throw new InvalidInputException(file.Name, $"the {Part(test)} part has other ones already, from {files[(test, areImages)]}.");
        }
    }

    /// <inheritdoc/>
    public override Dataset Build(string source)
    {
        string[] classes = names ?? DigitNames();
        if (!files.Keys.Any(file => !file.Test))
            throw new InvalidInputException(source, "it holds no training images; they are expected in train-images-idx3-ubyte.");
        return new Dataset(classes, ImagesOf(test: false, classes.Length), files.Keys.Any(file => file.Test) ? ImagesOf(test: true, classes.Length) : null);
    }

    // Not that of a checksum beside it: train-images-idx3-ubyte.gz.md5.
    private static bool IsNamed(string name) => Holds(name, "idx") && (!Path.HasExtension(name) || Holds(Path.GetExtension(name), "idx"));

    private static bool Same(List<ReadOnlyMemory<byte>> a, List<ReadOnlyMemory<byte>> b) =>
        a.Count == b.Count && a.Zip(b).All(pair => pair.First.Span.SequenceEqual(pair.Second.Span));

    private List<ReadOnlyMemory<byte>> ReadImages(DatasetFile file)
    {
        int[] header = ReadHeader(file, ImagesMagic, dimensions: 3);
        (int count, int height, int width) = (header[0], header[1], header[2]);
        (int around, int odd) = Math.DivRem(Size - height, 2);
        if (height != width || odd != 0 || around is < 0 or > WidestBorder)
            throw new InvalidInputException(file.Name, $"its images are {height}x{width}, and {Size}x{Size} are wanted{Remedy(height, width)}.");

        var result = new List<ReadOnlyMemory<byte>>();
        for (long position = 16; result.Count < count;)
        {
            int inBlock = Math.Min(count - result.Count, ImagesPerBlock);
            byte[] block = new byte[inBlock * height * width];
            position += ReadContent(file, block, position, 16 + (long)count * height * width);
            if (around > 0) block = Padded(block, inBlock, height, around);
            for (int i = 0; i < inBlock; i++) result.Add(block.AsMemory(i * Size * Size, Size * Size));
        }

        CheckEnd(file, 16 + (long)count * height * width);
        border = Math.Max(border, around);
        return result;
    }

    private static string Remedy(int height, int width) => height == width && height is >= Dataset.SmallestSize and <= Dataset.LargestSize
        ? $"; upload it with the size {height}, or up to {2 * WidestBorder} more by twos (resize is for pictures alone)"
        : $"; square ones of {Dataset.SmallestSize} to {Dataset.LargestSize} pixels can be read";

    private byte[] Padded(byte[] small, int count, int size, int around)
    {
        byte[] large = new byte[count * Size * Size];
        for (int row = 0; row < count * size; row++)
        {
            int target = row / size * Size * Size + (row % size + around) * Size + around;
            small.AsSpan(row * size, size).CopyTo(large.AsSpan(target));
        }

        return large;
    }

    private static byte[] ReadLabels(DatasetFile file)
    {
        int count = ReadHeader(file, LabelsMagic, dimensions: 1)[0];
        var result = new List<byte>();
        while (result.Count < count)
        {
            byte[] block = new byte[Math.Min(count - result.Count, 64 * 1024)];
            ReadContent(file, block, 8 + result.Count, 8 + (long)count);
            result.AddRange(block);
        }

        CheckEnd(file, 8 + (long)count);
        return [.. result];
    }

    private static int[] ReadHeader(DatasetFile file, uint magic, int dimensions)
    {
        byte[] header = new byte[4 * (1 + dimensions)];
        ReadContent(file, header, 0, header.Length);
        uint found = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (found != magic)
            throw new InvalidInputException(file.Name, $"it begins with {found:x8}; IDX bytes in {dimensions} dimension(s) begin with {magic:x8}.");

        int[] extents = [.. Enumerable.Range(1, dimensions).Select(i => BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4 * i)))];
        return extents.All(extent => extent > 0)
            ? extents
            : throw new InvalidInputException(
                file.Name, $"its header gives the dimensions {string.Join(" x ", extents.Select(extent => (uint)extent))}; each is 1 to {int.MaxValue}.");
    }

    private static int ReadContent(DatasetFile file, byte[] block, long position, long wanted)
    {
        int length = file.Content.ReadAtLeast(block, block.Length, throwOnEndOfStream: false);
        return length == block.Length
            ? length
            : throw new InvalidInputException(file.Name, $"it ends after {position + length} bytes; {wanted} are wanted at least.");
    }

    private static void CheckEnd(DatasetFile file, long wanted)
    {
        if (file.Content.ReadByte() >= 0) throw new InvalidInputException(file.Name, $"it goes on after byte {wanted}, where it ends by its header.");
    }

    private ImageSet ImagesOf(bool test, int classCount)
    {
        if (!images.TryGetValue(test, out List<ReadOnlyMemory<byte>>? pixels) || !labels.TryGetValue(test, out byte[]? classes))
        {
            string half = images.ContainsKey(test) ? "images but no labels" : "labels but no images";
            throw new InvalidInputException(files.First(file => file.Key.Test == test).Value, $"the {Part(test)} part has {half}; give both files.");
        }

        string name = files[(test, false)];
        if (classes.Length != pixels.Count)
            throw new InvalidInputException(name, $"it has {classes.Length} labels for the {pixels.Count} images of {files[(test, true)]}.");
        int wrong = Array.FindIndex(classes, label => label >= classCount);
        if (wrong >= 0)
            throw new InvalidInputException(
                name, $"the label at byte {8 + wrong} is {classes[wrong]}; with {classCount} classes it is 0 to {classCount - 1}. Where there are other classes, name "
                + $"them in a file {NamesName}, one a line, {classes.Max() + 1} of them: labels count from 0.");
        return new ImageSet(new Shape(1, Size, Size), pixels, classes.Select(label => (int)label));
    }

    private static bool Holds(string name, string word) => name.Contains(word, StringComparison.Ordinal);

    private static string Part(bool test) => test ? "test" : "training";
}
