using CnnService.Api.Pictures;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;
using SkiaSharp;

namespace CnnService.Api.Tests.Pictures;

public sealed class PictureDecoderTests
{
    private static readonly byte[] Colours = PictureFiles.Colours, Greys = PictureFiles.Greys;
    private static readonly byte[] Alphas = [.. Enumerable.Range(0, 1024).Select(i => (byte)(i * 7))];

    private static byte[][] Planes => [PictureFiles.Plane(Colours, 0), PictureFiles.Plane(Colours, 1), PictureFiles.Plane(Colours, 2)];

    // 32x32 pixels in several scans, as Pillow writes them.
    internal const string ProgressiveJpeg =
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/"
        + "2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wgARCAAgACADASIAAhEBAxEB/8QA"
        + "FQABAQAAAAAAAAAAAAAAAAAAAwX/xAAXAQADAQAAAAAAAAAAAAAAAAADBAUC/9oADAMBAAIQAxAAAAGSiqxklVBUCVVFDJUUT/8A/8QAFRABAQAAAAAAAAAA"
        + "AAAAAAAAAQD/2gAIAQEAAQUCCCCCCCCCCCCCCCCC/8QAFhEAAwAAAAAAAAAAAAAAAAAAAAID/9oACAEDAQE/AZuTcm5Nz//EABYRAAMAAAAAAAAAAAAAAAAA"
        + "AAABAv/aAAgBAgEBPwF0Oh0Oj//EABQQAQAAAAAAAAAAAAAAAAAAAED/2gAIAQEABj8CB//EABQQAQAAAAAAAAAAAAAAAAAAAED/2gAIAQEAAT8hAqqqqq//"
        + "2gAMAwEAAgADAAAAEEZMDP/EABQRAQAAAAAAAAAAAAAAAAAAACD/2gAIAQMBAT8QCr//xAAUEQEAAAAAAAAAAAAAAAAAAAAg/9oACAECAQE/EB//AP/EABUQ"
        + "AQEAAAAAAAAAAAAAAAAAAABh/9oACAEBAAE/EIooooooooooooooov/Z";

    [Fact]
    public void Decode_PngOfEveryColourType_GivesItsPixels()
    {
        Assert.Equal(Colours, Decoded(PictureFiles.Png(2, PictureFiles.Interleave(Planes))));
        Assert.Equal(PictureFiles.Tripled(Greys), Decoded(PictureFiles.Png(0, Greys)));
        Assert.Equal(PictureFiles.Tripled(Greys), Decoded(PictureFiles.Png(3, Greys)));
    }

    [Fact]
    public void Decode_SixteenBits_TakesTheUpperEight()
    {
        byte[] low = [.. Enumerable.Range(0, 1024).Select(i => (byte)(255 - i))];

        Assert.Equal(PictureFiles.Tripled(Greys), Decoded(PictureFiles.Png(0, PictureFiles.Interleave(Greys, low), depth: 16)));
        Assert.Equal(Colours, Decoded(PictureFiles.Png(2, PictureFiles.Interleave(Planes[0], low, Planes[1], low, Planes[2], low), depth: 16)));
    }

    [Fact]
    public void Decode_Alpha_IsCompositedOverBlack()
    {
        byte[] grey = [.. Greys.Zip(Alphas, (v, a) => (byte)Math.Round(v * a / 255.0))];
        byte[] colours = [.. Colours.Select((v, i) => (byte)Math.Round(v * Alphas[i % 1024] / 255.0))];

        Assert.Equal(PictureFiles.Tripled(grey), Decoded(PictureFiles.Png(4, PictureFiles.Interleave(Greys, Alphas))));
        Assert.Equal(colours, Decoded(PictureFiles.Png(6, PictureFiles.Interleave([.. Planes, Alphas]))));
    }

    // The decoder takes the missing scans of a progressive JPEG for grey.
    [Fact]
    public void Decode_ProgressiveJpegThatIsCutOff_IsRefused()
    {
        byte[] whole = Convert.FromBase64String(ProgressiveJpeg);
        Assert.Equal(3 * 1024, PictureDecoder.Decode(whole, "a", Fitting.Strict).ToChannels(3).Length);
        foreach (int length in (int[])[whole.Length - 2, whole.Length / 2])
            Assert.Contains("is cut off before its end", Assert.Throws<InvalidInputException>(() => PictureDecoder.Decode(whole.AsSpan(0, length), "a", Fitting.Strict)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_GammaAndProfileSaid_AreIgnored()
    {
        (string, byte[]) gamma = ("gAMA", [0, 0, 0x40, 0]), chromaticities = ("cHRM", [.. Enumerable.Repeat<byte[]>([0, 0, 0x40, 0], 8).SelectMany(b => b)]);

        Assert.Equal(Colours, Decoded(PictureFiles.Png(2, PictureFiles.Interleave(Planes), extra: [gamma, chromaticities])));
    }

    // A ramp, of which each format shows the same in every size.
    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg, 6000, 4000)]
    [InlineData(SKEncodedImageFormat.Jpeg, 9000, 2000)]
    [InlineData(SKEncodedImageFormat.Png, 5000, 4000)]
    [InlineData(SKEncodedImageFormat.Png, 4001, 9001)]
    public void Decode_LargePhoto_IsMadeSmallerWhileItIsDecoded(SKEncodedImageFormat format, int width, int height)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = bitmap.GetPixelSpan().Slice(y * bitmap.RowBytes, 4 * width);
            for (int x = 0; x < width; x++)
                (row[4 * x], row[4 * x + 1], row[4 * x + 2], row[4 * x + 3]) = ((byte)(255 * x / width), (byte)(255 * y / height), 128, 255);
        }

        using SKData file = bitmap.Encode(format, 90);
        byte[] pixels = PictureDecoder.Decode(file.AsSpan(), "photo", PictureFiles.Squash).ToChannels(3);

        for (int i = 0; i < 1024; i++)
        {
            Assert.InRange(pixels[i], 255 * (i % 32 + 0.5) / 32 - 4, 255 * (i % 32 + 0.5) / 32 + 4);
            Assert.InRange(pixels[1024 + i], 255 * (i / 32 + 0.5) / 32 - 4, 255 * (i / 32 + 0.5) / 32 + 4);
        }
    }

    // What a camera notes when it is held otherwise: the place of the first row and column.
    [Theory]
    [InlineData(1, "abcd")]
    [InlineData(2, "badc")]
    [InlineData(3, "dcba")]
    [InlineData(4, "cdab")]
    [InlineData(5, "acbd")]
    [InlineData(6, "cadb")]
    [InlineData(7, "dbca")]
    [InlineData(8, "bdac")]
    public void Decode_OrientationTag_TurnsThePicture(byte orientation, string corners)
    {
        byte[] levels = [40, 100, 160, 220]; // of the corners a b / c d, as they are stored
        byte[] stored = [.. Enumerable.Range(0, 1024).Select(i => levels[i / 512 * 2 + i % 32 / 16])];
        byte[] file = PictureFiles.Encoded(SKEncodedImageFormat.Jpeg, PictureFiles.Tripled(stored));
        byte[] exif = [.. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        byte[] tagged = [.. file[..2], 0xff, 0xe1, 0, (byte)(exif.Length + 2), .. exif, .. file[2..]];

        // The same of a PNG, whose decoder does not look.
        byte[] png = PictureFiles.Png(0, stored, extra: ("eXIf", exif[6..]));
        Assert.Equal(PictureDecoder.Decode(png, "a", Fitting.Strict).ToChannels(1)[8 * 32 + 8], levels[corners[0] - 'a']);
        Assert.Equal(PictureDecoder.Decode(png, "a", Fitting.Strict).ToChannels(1)[8 * 32 + 24], levels[corners[1] - 'a']);

        byte[] pixels = PictureDecoder.Decode(tagged, "photo", Fitting.Strict).ToChannels(1);

        int[] seen = [pixels[8 * 32 + 8], pixels[8 * 32 + 24], pixels[24 * 32 + 8], pixels[24 * 32 + 24]];
        for (int i = 0; i < 4; i++) Assert.InRange(seen[i], levels[corners[i] - 'a'] - 5, levels[corners[i] - 'a'] + 5);
    }

    [Fact]
    public void Decode_Bmp_GivesItsPixels() => Assert.Equal(Colours, Decoded(PictureFiles.Bmp(Colours)));

    [Fact]
    public void Decode_LosslessWebp_GivesItsPixels()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(32, 32, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int i = 0; i < 1024; i++) bitmap.SetPixel(i % 32, i / 32, new SKColor(Colours[i], Colours[1024 + i], Colours[2048 + i]));
        using SKData data = bitmap.PeekPixels().Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100))!;

        Assert.Equal(Colours, Decoded(data.ToArray()));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Decode_LossyFormat_IsNearItsPixels(SKEncodedImageFormat format)
    {
        byte[] smooth = [.. Enumerable.Range(0, 3072).Select(i => (byte)(i / 1024 * 60 + i % 32 * 3))];

        Assert.All(Decoded(PictureFiles.Encoded(format, smooth)).Zip(smooth), pair => Assert.InRange(pair.First - pair.Second, -8, 8));
    }

    [Fact]
    public void Decode_AnimatedGif_GivesItsFirstFrame() => Assert.All(Decoded(PictureFiles.Gif(40, 99, 7)), value => Assert.Equal(80, value));

    [Fact]
    public void Decode_GreyAndCmykJpeg_AreRead()
    {
        Assert.All(Decoded(PictureFiles.PlainJpeg(1)), value => Assert.Equal(128, value));
        Assert.All(Decoded(PictureFiles.PlainJpeg(3)), value => Assert.Equal(128, value));
        Assert.All(Decoded(PictureFiles.PlainJpeg(4)), value => Assert.InRange(value, 63, 65)); // half the light of half the light
    }

    [Fact]
    public void IsGrey_EqualChannelsOnly_IsTrue()
    {
        Assert.True(PictureDecoder.Decode(PictureFiles.Png(0, Greys), "a.png", Fitting.Strict).IsGrey);
        Assert.True(PictureDecoder.Decode(PictureFiles.Bmp(PictureFiles.Tripled(Greys)), "a.bmp", Fitting.Strict).IsGrey);
        Assert.False(PictureDecoder.Decode(PictureFiles.Bmp(Colours), "a.bmp", Fitting.Strict).IsGrey);
    }

    [Fact]
    public void ToChannels_One_IsTheRoundedWeightedSum()
    {
        byte[] expected = [.. Enumerable.Range(0, 1024).Select(i => (byte)Math.Round(0.299m * Colours[i] + 0.587m * Colours[1024 + i] + 0.114m * Colours[2048 + i]))];

        Assert.Equal(expected, PictureDecoder.Decode(PictureFiles.Bmp(Colours), "a.bmp", Fitting.Strict).ToChannels(1));
        Assert.Equal(Greys, PictureDecoder.Decode(PictureFiles.Png(0, Greys), "a.png", Fitting.Strict).ToChannels(1));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(31, 33)]
    [InlineData(32, 64)]
    [InlineData(45, 100)]
    [InlineData(200, 3)]
    public void Decode_Resize_IsTheMeanOfTheCoveredArea(int width, int height)
    {
        byte[] grey = [.. Enumerable.Range(0, width * height).Select(i => (byte)(i * 89))];

        byte[] resized = PictureDecoder.Decode(PictureFiles.Png(0, grey, width: width, height: height), "a.png", PictureFiles.Squash).ToChannels(1);

        for (int i = 0; i < resized.Length; i++) Assert.Equal(Mean(grey, width, height, i / 32, i % 32), resized[i], 0.5001);
    }

    [Fact]
    public void Decode_OtherSizeWithoutResize_SaysWhatToDo()
    {
        var e = Assert.Throws<InvalidInputException>(() => PictureDecoder.Decode(PictureFiles.Png(0, new byte[20 * 10], width: 20, height: 10), "b.png", Fitting.Strict));

        Assert.Equal("b.png: is 20x10, not 32x32; send 32x32, or resize=true to have it brought to that size.", e.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ToPng_AnyPixels_DecodesToThem(int channels)
    {
        byte[] pixels = Colours[..(channels * 1024)];

        Picture picture = PictureDecoder.Decode(PictureEncoder.ToPng(pixels, new Shape(channels, 32, 32)), "a.png", Fitting.Strict);

        Assert.Equal(pixels, picture.ToChannels(channels));
    }

    private static byte[] Decoded(byte[] file) => PictureDecoder.Decode(file, "a", Fitting.Strict).ToChannels(3);

    /// <summary>The mean by sampling: every new pixel covers width x height points of a grid that is 32 times finer than the old one.</summary>
    private static double Mean(byte[] grey, int width, int height, int v, int u)
    {
        double sum = 0;
        for (int y = v * height; y < (v + 1) * height; y++)
            for (int x = u * width; x < (u + 1) * width; x++) sum += grey[y / 32 * width + x / 32];
        return sum / width / height;
    }
}
