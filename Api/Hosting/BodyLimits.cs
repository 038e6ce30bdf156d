using Microsoft.AspNetCore.Http.Features;

namespace CnnService.Api.Hosting;

/// <summary>
/// How much of a body is read. Clients that send a whole body before they read an answer never see a refusal if the server closes the
/// connection meanwhile: after a refusal it reads on, and throws away, 64 MB at most, and for the 5 seconds that Kestrel takes for it.
/// </summary>
internal static class BodyLimits
{
    /// <summary>Bytes that an endpoint gets that says nothing else.</summary>
    public const long Limit = 64 * 1024;

    private const long ThrownAway = 64L << 20;

    /// <summary>Lets an endpoint read more, by a limit that it keeps itself, so that its refusal in words comes first.</summary>
    public static void Allow(HttpRequest request, long limit) => Set(request.HttpContext, limit + ThrownAway);

    /// <summary>Lets the server read on once the answer is there.</summary>
    public static Task ReadOnAfterRefusals(HttpContext context, RequestDelegate next) =>
        context.Request.ContentLength > Limit || context.Request.Headers.TransferEncoding.Count > 0 ? ReadOn(context, next) : next(context);

    private static async Task ReadOn(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        finally
        {
            Set(context, ThrownAway);
        }
    }

    private static void Set(HttpContext context, long limit)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature) feature.MaxRequestBodySize = limit;
    }

    /// <summary>Refuses a body that is packed for its way, as nothing here unpacks it.</summary>
    public static Task RefuseEncoded(HttpContext context, RequestDelegate next)
    {
        string encoding = context.Request.Headers.ContentEncoding.ToString();
        return encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)
            ? next(context)
            : throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, $"The body has the Content-Encoding {encoding}; send it as it is.");
    }
}
