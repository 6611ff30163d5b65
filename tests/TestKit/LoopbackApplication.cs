using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.TestKit;

/// <summary>Creates servers on a free loopback port for test doubles. They log nothing and accept bodies of any size.</summary>
public static class LoopbackApplication
{
    /// <summary>Creates a server. Once started, it listens at the only one of its <see cref="WebApplication.Urls"/>.</summary>
    public static WebApplication Create()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        return builder.Build();
    }
}
