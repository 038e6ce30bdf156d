using CnnService.Api.Pictures;
using CnnService.Training.Specs;
using CsCheck;
using SkiaSharp;

namespace CnnService.Api.Tests.Pictures;

public sealed class HostilePictureTests
{
    private static readonly byte[] Smooth = [.. Enumerable.Range(0, 3072).Select(i => (byte)(i / 1024 * 60 + i % 32 * 3 + i / 32 % 5))];

    public static TheoryData<string> Formats => ["png", "palette.png", "bmp", "gif", "jpeg", "webp"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Decode_Truncated_IsRefusedOrComplete(string format)
    {
        byte[] file = FileOf(format);
        byte[] whole = PictureDecoder.Decode(file, "a", Fitting.Strict).ToChannels(3);

        for (int length = 0; length < file.Length; length += Math.Max(1, file.Length / 300))
            if (TryDecode(file.AsSpan(0, length)) is Picture picture) Assert.Equal(whole, picture.ToChannels(3));
        Assert.Null(TryDecode(file.AsSpan(0, file.Length / 2)));
        Assert.Null(TryDecode(file.AsSpan(0, file.Length * 9 / 10)));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Decode_FlippedBytes_NeverFailsOtherwise(string format)
    {
        byte[] file = FileOf(format);

        Gen.Select(Gen.Int[0, file.Length - 1], Gen.Byte).Array[1, 12].Sample(
            flips =>
            {
                byte[] damaged = [.. file];
                foreach ((int at, byte value) in flips) damaged[at] = value;
                TryDecode(damaged, resize: true);
            },
            iter: 500,
            threads: 1);
    }

    [Theory]
    [InlineData(30000, 30000)]
    [InlineData(65500, 1600)]
    [InlineData(1600, 65500)]
    public void Decode_HeaderOfAHugePicture_IsRefusedBeforeAnythingIsAllocated(int width, int height)
    {
        foreach (byte[] file in (byte[][])[PictureFiles.Png(2, [], width: width, height: height), PictureFiles.PlainJpeg(3, width, height)])
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var e = Assert.Throws<InvalidInputException>(() => PictureDecoder.Decode(file, "a", PictureFiles.Squash));

            Assert.Contains($"{width}x{height}", e.Reason, StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        }
    }

    [Fact]
    public void Decode_LargestPicture_IsResized()
    {
        byte[] file = PictureFiles.Png(0, new byte[4096 * 4096], width: 4096, height: 4096);

        Assert.All(PictureDecoder.Decode(file, "a", PictureFiles.Squash).ToChannels(1), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Decode_OtherKindsOfFile_AreRefused()
    {
        byte[] png = FileOf("png");
        byte[] icon = [0, 0, 1, 0, 1, 0, 32, 32, 0, 0, 1, 0, 32, 0, .. BitConverter.GetBytes(png.Length), 22, 0, 0, 0, .. png];
        byte[] wirelessBitmap = [0, 0, 32, 32, .. new byte[128]];
        foreach (byte[] file in (byte[][])[[], [0], "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(), icon, wirelessBitmap, "P6 32 32 255 "u8.ToArray()])
            Assert.Contains("send", Assert.Throws<InvalidInputException>(() => PictureDecoder.Decode(file, "a", PictureFiles.Squash)).Reason, StringComparison.Ordinal);
    }

    private static byte[] FileOf(string format) => format switch
    {
        "png" => PictureFiles.Png(2, PictureFiles.Interleave(PictureFiles.Plane(Smooth, 0), PictureFiles.Plane(Smooth, 1), PictureFiles.Plane(Smooth, 2))),
        "palette.png" => PictureFiles.Png(3, PictureFiles.Greys),
        "bmp" => PictureFiles.Bmp(Smooth),
        "gif" => PictureFiles.Gif(40),
        "jpeg" => PictureFiles.Encoded(SKEncodedImageFormat.Jpeg, Smooth, quality: 90),
        _ => PictureFiles.Encoded(SKEncodedImageFormat.Webp, Smooth, quality: 90),
    };

    private static Picture? TryDecode(ReadOnlySpan<byte> file, bool resize = false)
    {
        try
        {
            return PictureDecoder.Decode(file, "a", resize ? PictureFiles.Squash : Fitting.Strict);
        }
        catch (InvalidInputException)
        {
            return null;
        }
    }
}
