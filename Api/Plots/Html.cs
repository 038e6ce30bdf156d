using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace CnnService.Api.Plots;

/// <summary>A piece of HTML. In <see cref="Of"/> all that fills a hole is encoded, unless it is such a piece itself, so that no text of a user is taken for HTML.</summary>
/// <param name="Text">The HTML.</param>
internal readonly record struct Html(string Text)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>No HTML.</summary>
    public static Html None { get; } = new("");

    /// <summary>HTML with holes.</summary>
    public static Html Of(Pieces pieces) => new(pieces.ToString());

    /// <summary>The address of a picture that is part of the file.</summary>
    public static Html DataOf(byte[] png) => new($"data:image/png;base64,{Convert.ToBase64String(png)}");

    /// <summary>Collects the pieces of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public readonly struct Pieces(int literalLength, int holes)
    {
        private const int UsualHole = 16; // characters
        private readonly StringBuilder text = new(literalLength + holes * UsualHole);

        /// <summary>HTML that stands in the source.</summary>
        public void AppendLiteral(string html) => text.Append(html);

        /// <summary>HTML.</summary>
        public void AppendFormatted(Html html) => text.Append(html.Text);

        /// <summary>HTML, one piece after the other.</summary>
        public void AppendFormatted(IEnumerable<Html> pieces)
        {
            foreach (Html piece in pieces) text.Append(piece.Text);
        }

        /// <summary>Text.</summary>
        public void AppendFormatted(string? value) => text.Append(Encoder.Encode(value ?? ""));

        /// <summary>A number or a time, in the form that all countries read.</summary>
        public void AppendFormatted<T>(T value, string? format = null) where T : IFormattable =>
            AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));

        /// <inheritdoc/>
        public override string ToString() => text.ToString();
    }
}
