using CnnService.Api.Pictures;

namespace CnnService.Api.Tests.Pictures;

/// <summary>The ways from a picture of any size to 32x32, on pictures whose pixels tell where they came from.</summary>
public sealed class FittingTests
{
    private const int Side = PictureFiles.Side;

    [Fact]
    public void Crop_TakesTheSquareInTheMiddle()
    {
        byte[] wide = [.. Enumerable.Range(0, 96 * Side).Select(i => (byte)(i % 96))], high = [.. Enumerable.Range(0, 96 * Side).Select(i => (byte)(i / Side))];
        Assert.Equal(Enumerable.Range(0, Side * Side).Select(i => (byte)(32 + i % 32)), Fitted(Resize.Crop, wide, 96, Side));
        Assert.Equal(Enumerable.Range(0, Side * Side).Select(i => (byte)(32 + i / 32)), Fitted(Resize.Crop, high, Side, 96));
    }

    [Theory]
    [InlineData(64, 32, 32, 16)]
    [InlineData(32, 64, 16, 32)]
    [InlineData(16, 8, 32, 16)] // smaller ones grow
    [InlineData(500, 1, 32, 1)] // at least one pixel stays
    public void Pad_KeepsTheProportionsInTheMiddleOfTheBackground(int width, int height, int seenWidth, int seenHeight)
    {
        byte[] fitted = Fitted(Resize.Pad, [.. Enumerable.Repeat((byte)200, width * height)], width, height, "#0a0a0a");

        int left = (Side - seenWidth) / 2, top = (Side - seenHeight) / 2;
        for (int i = 0; i < fitted.Length; i++)
        {
            bool inside = i % Side >= left && i % Side < left + seenWidth && i / Side >= top && i / Side < top + seenHeight;
            Assert.Equal(inside ? 200 : 10, fitted[i]);
        }
    }

    [Theory]
    [InlineData("black", 0, 0, 0)]
    [InlineData("White", 255, 255, 255)]
    [InlineData("#FF8001", 255, 128, 1)]
    public void Background_LiesBehindTransparentPixels(string words, byte red, byte green, byte blue)
    {
        byte[] alpha = [.. Enumerable.Range(0, Side * Side).Select(i => (byte)(i < 512 ? 0 : 51))], full = [.. Enumerable.Repeat((byte)255, Side * Side)];
        byte[] file = PictureFiles.Png(6, PictureFiles.Interleave(full, full, full, alpha));

        byte[] pixels = PictureDecoder.Decode(file, "a", new Fitting { Background = Fitting.ParseBackground(words)! }).ToChannels(3);

        byte[] colour = [red, green, blue];
        for (int c = 0; c < 3; c++)
        {
            Assert.Equal(colour[c], pixels[c * 1024]);
            Assert.Equal((255 * 51 + colour[c] * 204 + 127) / 255, pixels[c * 1024 + 1023]);
        }
    }

    [Fact]
    public void Border_OfTwo_SurroundsPicturesOf28AndNoOthers()
    {
        byte[] small = [.. Enumerable.Range(0, 28 * 28).Select(i => (byte)(i % 251 + 1))], whole = [.. Enumerable.Range(0, Side * Side).Select(i => (byte)i)];
        byte[] expected = new byte[Side * Side];
        for (int y = 0; y < 28; y++) small.AsSpan(28 * y, 28).CopyTo(expected.AsSpan((y + 2) * Side + 2));

        foreach (Resize resize in Enum.GetValues<Resize>())
        {
            Assert.Equal(expected, Fitted(resize, small, 28, 28, border: 2));
            Assert.Equal(whole, Fitted(resize, whole, Side, Side, border: 2));
        }

        var larger = Fitted(Resize.Squash, [.. Enumerable.Repeat((byte)9, 56 * 56)], 56, 56, border: 2);
        Assert.Equal(28 * 28, larger.Count(value => value == 9)); // as if it had been made smaller before
    }

    [Theory]
    [InlineData("maybe")]
    [InlineData("")]
    [InlineData("1")]
    public void ParseResize_OtherWords_AreNone(string words) => Assert.Null(Fitting.ParseResize(words));

    [Theory]
    [InlineData("red")]
    [InlineData("#fff")]
    [InlineData("#12345g")]
    [InlineData("#1234567")]
    public void ParseBackground_OtherWords_AreNone(string words) => Assert.Null(Fitting.ParseBackground(words));

    private static byte[] Fitted(Resize resize, byte[] grey, int width, int height, string background = "#000000", int border = 0) =>
        PictureDecoder.Decode(
            PictureFiles.Png(0, grey, width: width, height: height), "a", new Fitting { Resize = resize, Background = background, Border = border }).ToChannels(1);
}
