using Microsoft.Extensions.Logging;
using Temporalio.Client;
using Temporalio.Runtime;

namespace Orchestrator.App.Engine;

/// <summary>Connects Temporal's client. Its native core says by itself what it meets, on the terminal if it is not told where to; here that
/// goes to the log.</summary>
internal static class ClientCore
{
    /// <summary>A connected client.</summary>
    /// <param name="options">Where to, and as whom.</param>
    /// <param name="loggers">Where client and core log.</param>
    /// <param name="stop">Gives up waiting.</param>
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
