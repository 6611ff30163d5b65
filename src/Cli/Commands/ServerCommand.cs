using System.CommandLine;
using System.Net;
using Orchestrator.Cli.Logging;
using Orchestrator.Local;
using Temporal.Server;

namespace Orchestrator.Cli.Commands;

/// <summary><c>server</c>: the embedded engine for other clients, until it is interrupted.</summary>
internal sealed class ServerCommand : CliCommand
{
    private readonly Option<int> _port = new("--port") { Description = "Port on the loopback address; 0: any free one", HelpName = "N", DefaultValueFactory = static _ => 7233 };

    public ServerCommand()
        : base("server", "Serve this repository's engine to other clients until interrupted") => Add(_port);

    public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        using var file = EngineFile.TryAcquire(repository.OrchestratorFolder) ?? throw new CommandException(
            ExitCodes.Unavailable, $"Another process serves the engine of {repository.Root}: {EngineFile.ReadOwner(repository.OrchestratorFolder)?.Address ?? "address not known yet"}.", "Use that one, or end it first.");
        using var loggers = FileLoggerProvider.OpenFactory(repository, context.Verbose, context.Time);
        var options = new TemporalServerOptions
        {
            DatabasePath = file.DatabasePath,
            SocketPath = Engine.EngineAddress.SocketOf(repository.OrchestratorFolder, context.Environment),
            Address = new IPEndPoint(IPAddress.Loopback, parsed.GetValue(_port)),
            TimeProvider = context.Time,
            DefaultRetention = Engine.EngineConnection.KeptRuns,
        };
        await using var server = new TemporalServer(options, loggers);
        await server.StartAsync(stop);
        file.Announce("unix:" + options.SocketPath);
        context.Terminal.Say($"Serving {repository.Root} at {string.Join(" and ", server.Addresses)}. Ctrl-C ends it.");
        try
        {
            await Task.Delay(Timeout.Infinite, stop);
        }
        catch (OperationCanceledException)
        {
            // Interrupted is how it ends.
        }

        return ExitCodes.Done;
    }
}
