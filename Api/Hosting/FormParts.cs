using Microsoft.AspNetCore.WebUtilities;

namespace CnnService.Api.Hosting;

/// <summary>The parts of a form (RFC 7578), as uploads and pictures come.</summary>
internal static class FormParts
{
    private static readonly string[] Plain = ["", "binary", "8bit", "7bit"];

    /// <summary>Refuses (400) a part whose bytes are encoded, as programs for mail send it: forms of the web have no such encodings.</summary>
    public static void CheckEncoding(MultipartSection section, string part)
    {
        string encoding = section.Headers?.GetValueOrDefault("Content-Transfer-Encoding").ToString().Trim() ?? "";
        if (!Plain.Contains(encoding, StringComparer.OrdinalIgnoreCase))
            throw new ProblemException(StatusCodes.Status400BadRequest, $"{part} has the Content-Transfer-Encoding {encoding}; send its bytes as they are.", part);
    }
}
