using Microsoft.Extensions.Logging;
using Temporalio.Client;
using Temporalio.Runtime;

namespace Orchestrator.App.Engine;

/// <summary>
/// Connects the Temporal client. Its native core writes logs to the terminal by default, so they are redirected to the given loggers.
/// </summary>
internal static class TemporalClientFactory
{
    /// <summary>Connects to the server. Returns the connected client.</summary>
    /// <param name="options">Address and identity of the client.</param>
    /// <param name="loggers">Loggers of the client and its native core.</param>
    /// <param name="stop">Cancels the attempt.</param>
    public static async Task<ITemporalClient> ConnectAsync(
        TemporalClientConnectOptions options,
        ILoggerFactory loggers,
        CancellationToken stop
    )
    {
        var logging = new LoggingOptions { Forwarding = new LogForwardingOptions(loggers.CreateLogger("Temporalio.Core")) };
        options.Runtime = new TemporalRuntime(new TemporalRuntimeOptions(new TelemetryOptions { Logging = logging }));
        options.LoggerFactory = loggers;
        return await TemporalClient.ConnectAsync(options).WaitAsync(stop);
    }
}
