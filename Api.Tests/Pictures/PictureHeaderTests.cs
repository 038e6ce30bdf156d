using CnnService.Api.Pictures;
using CnnService.Training.Specs;
using SkiaSharp;

namespace CnnService.Api.Tests.Pictures;

/// <summary>What is told of a picture whose header is not as it should be.</summary>
public sealed class PictureHeaderTests
{
    /// <summary>Pictures in each format, cut off in their headers and behind them.</summary>
    public static TheoryData<string> Formats => ["png", "palette", "jpeg", "progressive", "webp", "lossless", "alpha", "gif", "bmp"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Decode_PictureCutOffAnywhere_IsSaidToBeCutOff(string format)
    {
        byte[] whole = Sample(format);
        int signature = format == "bmp" ? 10 : 4; // of a BMP two letters, which begin many a text
        int[] lengths = [.. Enumerable.Range(signature, 110), .. Enumerable.Range(1, 40).Select(i => i * (whole.Length - 21) / 40)];
        foreach (int length in lengths.Where(length => length >= signature && length < whole.Length - 20))
        {
            string reason = Assert.Throws<InvalidInputException>(() => Decode(whole[..length])).Reason;
            Assert.True(reason.StartsWith("is cut off before its end", StringComparison.Ordinal), $"{length} of {whole.Length}: {reason}");
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Decode_PictureDamagedInItsHeader_IsReadOrRefused(string format)
    {
        byte[] whole = Sample(format);
        for (int position = 0; position < Math.Min(whole.Length, 700); position++)
        {
            byte[] damaged = [.. whole];
            damaged[position] ^= 0xff;
            Exception? thrown = Record.Exception(() => Decode(damaged));
            Assert.True(thrown is null or InvalidInputException, $"byte {position}: {thrown}");
        }
    }

    [Fact]
    public void Decode_PngOfXcode_IsToldFromADamagedOne()
    {
        byte[] png = Sample("png"), cgbi = [0, 0, 0, 4, .. "CgBI"u8, 0x50, 0, 0x20, 2, 0x2b, 0xd5, 0xb3, 0x7f];
        Assert.Equal(
            "is a PNG as Xcode optimises it for iPhones (CgBI), which is not read; save it again as an ordinary PNG.",
            Assert.Throws<InvalidInputException>(() => Decode([.. png[..8], .. cgbi, .. png[8..]])).Reason);
    }

    private static Picture Decode(byte[] file) => PictureDecoder.Decode(file, "a", Fitting.Strict);

    private static byte[] Sample(string format) => format switch
    {
        "png" => PictureFiles.Png(2, PictureFiles.Colours, extra: ("tEXt", new byte[30])),
        "palette" => PictureFiles.Png(3, PictureFiles.Greys),
        "jpeg" => PictureFiles.Encoded(SKEncodedImageFormat.Jpeg, PictureFiles.Colours),
        "progressive" => Convert.FromBase64String(PictureDecoderTests.ProgressiveJpeg),
        "webp" => PictureFiles.Encoded(SKEncodedImageFormat.Webp, PictureFiles.Colours),
        "gif" => PictureFiles.Gif(40),
        "bmp" => PictureFiles.Bmp(PictureFiles.Colours),
        _ => Webp(format == "lossless" ? SKWebpEncoderCompression.Lossless : SKWebpEncoderCompression.Lossy),
    };

    // With a chunk for alpha, where it is lossy.
    private static byte[] Webp(SKWebpEncoderCompression compression)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(PictureFiles.Side, PictureFiles.Side, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (int i = 0; i < PictureFiles.Greys.Length; i++)
            bitmap.SetPixel(i % PictureFiles.Side, i / PictureFiles.Side, new SKColor(PictureFiles.Colours[i], 0, 128, (byte)(i * 7)));
        using SKData data = bitmap.PeekPixels().Encode(new SKWebpEncoderOptions(compression, 80))!;
        return data.ToArray();
    }
}
