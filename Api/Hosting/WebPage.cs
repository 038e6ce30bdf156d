using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace CnnService.Api.Hosting;

/// <summary>
/// The page at /, which is built from Dashboard: one document for all of its views, whose addresses survive a reload, and the files that it loads.
/// Neither needs a key; what the page asks the API for does.
/// </summary>
internal sealed class WebPage
{
    // Nothing of others, and no script or style within the document. Pictures that were fetched with the key are blobs; the icon is in its address.
    private const string Policy =
        "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private const string Base = "<base href=\"./\">";
    private static readonly string[] Views = ["", "new", "compare", "runs", "datasets", "models"], ViewsOfOne = ["runs", "datasets", "models"];
    private readonly string document;

    private WebPage(string document) => this.document = document;

    /// <summary>Registers what sends its files.</summary>
    public static void AddTo(IServiceCollection services) => services.AddResponseCompression(options =>
    {
        options.EnableForHttps = true; // of files that are the same for everybody
        options.Providers.Add<BrotliCompressionProvider>();
        options.Providers.Add<GzipCompressionProvider>();
    });

    /// <summary>The folder that the page is built into, beside the program.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "wwwroot");

    /// <summary>Puts it in front of the endpoints, at addresses that none of them has.</summary>
    public static void Use(WebApplication app, string folder)
    {
        string index = Path.Combine(folder, "index.html");
        bool isBuilt = File.Exists(index);
        var page = new WebPage(isBuilt ? File.ReadAllText(index) : NotBuilt);
        app.UseWhen(context => DepthOf(context.Request) is not null, views => views.UseResponseCompression().Run(page.SendAsync));
        if (!isBuilt) return;
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments("/assets"),
            files => files.UseResponseCompression().UseStaticFiles(new StaticFileOptions
            {
                FileProvider = new PhysicalFileProvider(folder),
                OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "public, max-age=31536000, immutable", // their names are hashes
            }));
    }

    private Task SendAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "same-origin";
        // From the view's own address, whatever a proxy puts before it.
        string root = DepthOf(context.Request) == 2 ? "../" : "./";
        string sent = document.Replace(Base, $"<base href=\"{root}\">", StringComparison.Ordinal);
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(sent, context.RequestAborted);
    }

    // The number of parts of a view's address; null for other addresses.
    private static int? DepthOf(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) return null;
        return (request.Path.Value ?? "/")[1..].Split('/') switch
        {
            [var view] when Views.Contains(view) => 1,
            [var view, _] when ViewsOfOne.Contains(view) => 2,
            _ => null,
        };
    }

    private const string NotBuilt = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><base href="./"><meta name="viewport" content="width=device-width, initial-scale=1"><title>CnnService</title></head>
        <body>
        <h1>CnnService runs; its page was not built</h1>
        <p>The page is built with the service where Node.js 20.19 or newer, with npm, is installed and its packages can be had.
        Install it, and build again: <code>dotnet build -c Release</code>.</p>
        <p>Everything else works: <a href="swagger">Swagger UI</a> shows the API, and lets you try it.</p>
        </body>
        </html>
        """;
}
