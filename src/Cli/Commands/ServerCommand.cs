using System.CommandLine;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Engine;
using Orchestrator.Cli.Logging;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Runs;
using Orchestrator.Runs;
using Orchestrator.Settings;
using Temporal.Server;

namespace Orchestrator.Cli.Commands;

/// <summary><c>server</c>: serves the embedded engine for other clients, until it is interrupted. Its subcommands work on the engine's
/// file.</summary>
internal sealed class ServerCommand : CliCommand
{
    // The version that docker-compose.temporal.yml uses.
    private const string WebInterface = "temporalio/ui:2.40.0";

    private static readonly TimeSpan FileWatch = TimeSpan.FromMilliseconds(500);

    private readonly ListenOptions _listen = new();
    private readonly Option<string?> _file = ServerFileOption.Create();
    private readonly Option<bool> _work = new("--work")
    {
        Description = "Also work on the runs of this repository, as 'orchestrate worker' does",
    };
    private readonly Option<bool> _yes = GlobalOptions.Yes();

    public ServerCommand()
        : base("server", "Serve this repository's engine, or an engine file, to other clients until interrupted")
    {
        _listen.AddTo(this);
        Add(_file);
        Add(_work);
        Add(_yes);
        Add(new ServerBackupCommand());
        Add(new ServerVerifyCommand());

        // Without an action a command with subcommands can't be called alone.
        SetAction(static _ => ExitCodes.Done);
    }

    public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var named = parsed.GetValue(_file);
        if (named is not null && parsed.GetValue(_work))
        {
            throw new CommandException(
                ExitCodes.Usage,
                "--work goes with a repository's engine, not with an engine file.",
                $"Leave {_file.Name} out, or start 'orchestrate worker --address HOST:PORT' beside it."
            );
        }
        var repository = named is null ? context.RequireRepository() : null;
        var settings = parsed.GetValue(_work)
            ? TrustGate.Demand(context, context.OpenSettings(repository!, []), parsed.GetValue(_yes)).Settings!
            : context.LoadSettings().Settings!;
        if (repository is not null)
        {
            Directory.CreateDirectory(repository.OrchestratorFolder);
        }
        using var file = Acquire(ServerFileOption.PathOf(named, context), repository is null ? null : EngineConnection.GuardOf(repository));
        using var loggers = repository is null
            ? FileLoggerProvider.OpenFactory(file.DatabasePath + ".log", context.Verbose, context.Time)
            : FileLoggerProvider.OpenFactory(repository, context.Verbose, context.Time);
        var unbound = new TemporalServerOptions
        {
            DatabasePath = file.DatabasePath,
            SocketPath = repository is null ? null : EngineAddress.SocketOf(repository.OrchestratorFolder, context.Environment),
            MachineName = context.Machine,
            TimeProvider = context.Time,
            DefaultRetention = EngineConnection.RetentionOf(settings.Retention),
            Trouble = context.Terminal.Warn,
        };
        var options = _listen.Apply(unbound, parsed, context);
        await using var server = await StartAsync(options, loggers, stop);
        var address = server.Addresses.First(address => !address.StartsWith("unix:", StringComparison.Ordinal));
        file.Announce(options.SocketPath is { } socket ? "unix:" + socket : address);
        Say(context, repository?.Root ?? file.DatabasePath, server.Addresses, options, new Uri(address).Authority);
        await using var work = parsed.GetValue(_work) ? await WorkAsync(repository!, settings, context, loggers, stop) : null;
        if (work is null)
        {
            context.Terminal.Say("  Nobody works on runs here: 'orchestrate server --work' does, or 'orchestrate worker' beside this one.");
        }
        try
        {
            while (!file.IsRemoved)
            {
                await (work?.Worker.ThrowIfBrokenAsync() ?? Task.CompletedTask);
                await Task.Delay(FileWatch, context.Time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Interruption is its normal end.
            return ExitCodes.Done;
        }

        await server.StopAsync();
        throw new CommandException(
            ExitCodes.Unavailable,
            $"{file.DatabasePath} was removed while it was served ('git clean -fdx' does that), so the server has ended.",
            "Serve again; to tidy up beside it leave our folder out: git clean -fdx -e .orchestrator."
        );
    }

    /// <summary>A worker in this process, on its own engine.</summary>
    private static async Task<ServedWork> WorkAsync(
        RepositoryLocation repository,
        OrchestratorSettings settings,
        CommandContext context,
        ILoggerFactory loggers,
        CancellationToken stop
    )
    {
        var own = settings with { Temporal = settings.Temporal with { Address = null } };
        var engine = await EngineConnection.OpenAsync(repository, own, context, loggers, stays: false, stop);
        try
        {
            var worker = await WorkerHost.StartAsync(engine, [repository], context, loggers, stop);
            context.Terminal.Say($"  Working on the runs of {repository.Root}.");
            return new ServedWork(engine, worker, new RunTranscript([repository], context));
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    private sealed class ServedWork : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly EngineConnection _engine;
        private readonly Task _following;

        public ServedWork(EngineConnection engine, WorkerHost worker, RunTranscript transcript)
        {
            (_engine, Worker) = (engine, worker);
            _following = transcript.FollowAsync(_end.Token);
        }

        public WorkerHost Worker { get; }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _following;
            await Worker.DisposeAsync();
            await _engine.DisposeAsync();
            _end.Dispose();
        }
    }

    private static EngineFile Acquire(string path, string? guard)
    {
        try
        {
            if (EngineFile.TryAcquireFile(path, guard) is { } file)
            {
                return file;
            }
        }
        catch (InvalidOperationException refused)
        {
            throw new CommandException(ExitCodes.Usage, $"{refused.Message}.");
        }

        var owner = EngineFile.ReadOwnerOf(path);
        throw new CommandException(
            ExitCodes.Unavailable,
            $"Another process serves {path}: "
                + $"{(owner is null ? "who it is can't be told yet" : $"process {owner.Pid} at {owner.Address}")}.",
            "Use that one, or end it first."
        );
    }

    private static async Task<TemporalServer> StartAsync(TemporalServerOptions options, ILoggerFactory loggers, CancellationToken stop)
    {
        var server = new TemporalServer(options, loggers);
        try
        {
            await server.StartAsync(stop);
            return server;
        }
        catch (InvalidOperationException refused)
        {
            throw new CommandException(ExitCodes.Usage, $"{refused.Message}.");
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            throw new CommandException(
                ExitCodes.Unavailable,
                $"Another program listens on {options.Address} already.",
                "End it, or choose another port with --port (0: any free one)."
            );
        }
    }

    private static void Say(
        CommandContext context,
        string what,
        IEnumerable<string> addresses,
        TemporalServerOptions options,
        string endpoint
    )
    {
        context.Terminal.Say($"Serving {what} at {string.Join(" and ", addresses)}. Ctrl-C ends it.");
        if (options is { AllowAnyUser: true, ApiKey: null })
        {
            context.Terminal.Warn("Whoever reaches this port rules the engine, and with it can run programs as you: --any-user was given.");
        }
        if (!IPAddress.IsLoopback(options.Address!.Address) && options.Certificate is null)
        {
            context.Terminal.Warn("What is said to this address can be read on the way: --insecure was given.");
        }
        var flags = (options.Certificate is null ? "" : " --tls") + (options.ApiKey is null ? "" : " --api-key KEY");
        var variables =
            (options.Certificate is null ? "" : " -e TEMPORAL_TLS=true") + (options.ApiKey is null ? "" : " -e TEMPORAL_API_KEY=KEY");
        context.Terminal.Say($"  The temporal program:  temporal workflow list --address {endpoint}{flags}");
        context.Terminal.Say(
            $"  The Web UI:            docker run --rm --network host -e TEMPORAL_ADDRESS={endpoint}{variables} -e "
                + $"TEMPORAL_UI_PORT=8233 {WebInterface}"
        );
        context.Terminal.Say("                         and then http://localhost:8233");
    }
}
