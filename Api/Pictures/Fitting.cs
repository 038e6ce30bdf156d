using System.Globalization;
using System.Text.Json;
using CnnService.Api.Hosting;
using CnnService.Training.Datasets;

namespace CnnService.Api.Pictures;

/// <summary>The ways in which a picture of another size comes to size.</summary>
public enum Resize
{
    /// <summary>It is refused.</summary>
    None,

    /// <summary>Width and height are brought to size each for itself, so that the picture may be distorted.</summary>
    Squash,

    /// <summary>The largest square in the middle is brought to size; what lies outside is lost.</summary>
    Crop,

    /// <summary>The whole picture is brought to size undistorted; what stays free on two sides has the background's colour.</summary>
    Pad,
}

/// <summary>
/// The way from a picture to a square image. It is kept with a dataset and with each run on it, so that predict does to a picture what was
/// done to those that were learned from.
/// </summary>
public sealed record Fitting
{
    /// <summary>Takes pictures of 32x32 pixels alone, and lays transparent ones on black.</summary>
    public static readonly Fitting Strict = new();

    /// <summary>The ways to resize, as clients write them.</summary>
    public const string ResizeWords = "false, true (which is squash), squash, crop or pad";

    /// <summary>The backgrounds, as clients write them.</summary>
    public const string BackgroundWords = "black, white or a colour such as #ff8800";

    private const string Black = "#000000", White = "#ffffff";

    /// <summary>The height and width of the image in pixels, 8 to 128, default 32.</summary>
    public int Size { get; init; } = Dataset.DefaultSize;

    /// <summary>The way to bring pictures of another size to it.</summary>
    public Resize Resize { get; init; }

    /// <summary>The colour that transparent pixels lie on, and that <see cref="Resize.Pad"/> fills up with, as #rrggbb.</summary>
    public string Background { get; init; } = Black;

    /// <summary>
    /// The width in pixels of the border of zeros around each picture: 2 of IDX files with images of 28x28, otherwise 0. A picture that has the
    /// whole size already gets none.
    /// </summary>
    public int Border { get; init; }

    /// <summary>The one of a row; <see cref="Strict"/> where it has none.</summary>
    internal static Fitting Of(string? json) => json is null ? Strict : JsonSerializer.Deserialize<Fitting>(json, ApiJson.Options)!;

    /// <summary>The text that a row keeps.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, ApiJson.Options);

    /// <summary>Reads a way to resize; null for what is none of <see cref="ResizeWords"/>.</summary>
    internal static Resize? ParseResize(string text) => text.ToLowerInvariant() switch
    {
        "false" or "none" => Resize.None,
        "true" or "squash" => Resize.Squash,
        "crop" => Resize.Crop,
        "pad" => Resize.Pad,
        _ => null,
    };

    /// <summary>Reads a background; null for what is none of <see cref="BackgroundWords"/>.</summary>
    internal static string? ParseBackground(string text) => text.ToLowerInvariant() switch
    {
        "black" => Black,
        "white" => White,
        ['#', .. { Length: 6 } digits] code when digits.All(char.IsAsciiHexDigit) => code,
        _ => null,
    };

    /// <summary>The background's red, green and blue.</summary>
    internal byte[] BackgroundColour()
    {
        uint colour = uint.Parse(Background.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return [(byte)(colour >> 16), (byte)(colour >> 8), (byte)colour];
    }

    /// <summary>Whether a picture of that size is taken.</summary>
    internal bool Takes(int width, int height) => Resize != Resize.None || IsWhole(width, height) || (width == Inner && height == Inner);

    /// <summary>The sizes that are taken as they are, in words.</summary>
    internal string Sizes => Border > 0 ? $"{Inner}x{Inner} or {Size}x{Size}" : $"{Size}x{Size}";

    /// <summary>The picture in <see cref="Size"/> by as many pixels.</summary>
    internal Planes Apply(Planes picture)
    {
        if (IsWhole(picture.Width, picture.Height)) return picture;
        Planes fitted = Resize switch
        {
            Resize.Crop => picture.MiddleSquare().Resized(Inner, Inner),
            Resize.Pad => Padded(picture),
            _ => picture.Resized(Inner, Inner),
        };
        return fitted.InMiddleOf(Size, [0, 0, 0]);
    }

    private int Inner => Size - 2 * Border;

    private bool IsWhole(int width, int height) => width == Size && height == Size;

    private Planes Padded(Planes picture)
    {
        int longer = Math.Max(picture.Width, picture.Height);
        return picture.Resized(Scaled(picture.Width), Scaled(picture.Height)).InMiddleOf(Inner, BackgroundColour());

        int Scaled(int side) => Math.Max(1, (int)(((long)side * Inner + longer / 2) / longer));
    }
}
