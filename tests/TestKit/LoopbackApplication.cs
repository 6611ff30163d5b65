using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.TestKit;

/// <summary>A server on a free port of loopback for a test's double: it logs nothing and takes bodies of any size.</summary>
public static class LoopbackApplication
{
    /// <summary>Makes it; it listens once it is started, at the only one of its <see cref="WebApplication.Urls"/>.</summary>
    public static WebApplication Create()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        return builder.Build();
    }
}
