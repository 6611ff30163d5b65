using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Cli.Engine;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Runs;
using Temporal.Server;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>server</c>: serves the embedded Temporal-compatible engine to other clients until the command is interrupted. The subcommands work on
/// the engine's database file.
/// </summary>
internal sealed class ServerCommand : CliCommand
{
    // This version must match the version in docker-compose.temporal.yml.
    private const string WebInterface = "temporalio/ui:2.40.0";

    private readonly ListenOptions _listen = new("--listen", "127.0.0.1");
    private readonly LongRunningCommandLogOptions _log = new();
    private readonly Option<string?> _file = EngineDatabaseFileOption.Create();
    private readonly Option<bool> _work = new("--work")
    {
        Description = "Also execute the runs of this repository, like 'orchestrate worker'",
    };
    private readonly Option<bool> _yes = GlobalOptions.Yes();

    public ServerCommand()
        : base("server", "Make this repository's engine, or an engine file, available to other clients until interrupted")
    {
        _listen.AddTo(this);
        Add(_file);
        Add(_work);
        Add(_yes);
        _log.AddTo(this);
        Add(new ServerStartDevCommand());
        Add(new ServerBackupCommand());
        Add(new ServerVerifyCommand());
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var named = parsed.GetValue(_file);
        RefuseWorkOnFile(named, parsed);
        var repository = named is null ? context.RequireRepository() : null;
        var settings = parsed.GetValue(_work)
            ? RepositoryTrustPrompt.RequireTrust(context, context.OpenSettings(repository!, []), parsed.GetValue(_yes)).Settings!
            : context.LoadSettings().Settings!;
        if (repository is not null)
        {
            await context.RequireOwnFoldersAsync(repository, settings.Worktrees.Directory, stop);
            LocalRepositoryPaths.EnsureFolder(repository.OrchestratorFolder);
        }
        var guard = repository is null ? null : EngineConnection.GuardOf(repository);
        using var file = Acquire(EngineDatabaseFileOption.PathOf(named, context), guard);
        var options = _listen.Apply(
            new TemporalServerOptions
            {
                DatabasePath = file.DatabasePath,
                SocketPath = repository is null ? null : EngineAddress.SocketOf(repository.OrchestratorFolder, context.Environment),
                MachineName = context.Machine,
                TimeProvider = context.Time,
                DefaultRetention = EngineConnection.RetentionOf(settings.Retention),
                Trouble = context.Terminal.Warn,
                SearchAttributes = RunSearchAttributes.Types,
            },
            parsed,
            context
        );
        using var log = _log.Open(
            parsed,
            repository is null ? file.DatabasePath + "-.log" : Path.Combine(repository.OrchestratorFolder, "logs", "server-.log"),
            context
        );
        var builder = GenericHostCommandRunner.Create(log);
        builder.Services.AddHostedService(_ => new EngineHostedService(options, file, context, log.Factory, Announce, stop));
        if (parsed.GetValue(_work))
        {
            var own = settings with { Temporal = settings.Temporal with { Address = null } };
            builder.Services.AddHostedService(_ => new RunTransitionLogger([repository!], context, log.Factory));
            builder.Services.AddHostedService(_ => new HostedWorker([repository!], own, context, log.Factory, SayWork, stop));
        }
        return await GenericHostCommandRunner.RunAsync(builder, log, stop);

        void Announce(TemporalServer server)
        {
            var address = server.Addresses.First(address => !address.StartsWith("unix:", StringComparison.Ordinal));
            file.Announce(options.SocketPath is { } socket ? "unix:" + socket : address);
            PrintAddresses(context, repository?.Root ?? file.DatabasePath, server.Addresses, options, new Uri(address).Authority);
            if (!parsed.GetValue(_work))
            {
                context.Terminal.Inform(
                    "  No process executes runs here. Use 'orchestrate server --work', or start 'orchestrate worker' beside this one."
                );
            }
        }

        void SayWork(EngineConnection _) => context.Terminal.Inform($"  Working on the runs of {repository!.Root}.");
    }

    private void RefuseWorkOnFile(string? named, ParseResult parsed)
    {
        if (named is not null && parsed.GetValue(_work))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "--work needs a repository's engine, not an engine file.",
                $"Omit {_file.Name}, or start 'orchestrate worker --address HOST:PORT' in another terminal."
            );
        }
    }

    /// <summary>Locks the embedded engine's database file, so that no other process can serve it.</summary>
    /// <exception cref="UseCaseException">Another process serves the file, or the file is not an engine file.</exception>
    internal static EngineDatabaseLock Acquire(string path, string? guard)
    {
        try
        {
            if (EngineDatabaseLock.TryAcquireFile(path, guard) is { } file)
            {
                return file;
            }
        }
        catch (InvalidOperationException refused)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"{refused.Message}.");
        }

        var owner = EngineDatabaseLock.ReadOwnerOf(path);
        throw new UseCaseException(
            UseCaseOutcome.Unavailable,
            $"Another process serves {path}: "
                + $"{(owner is null ? "its id and address are not known yet" : $"process {owner.Pid} at {owner.Address}")}.",
            "Use the engine of that process, or end the process first."
        );
    }

    private static void PrintAddresses(
        CliCommandServiceBundle context,
        string what,
        IEnumerable<string> addresses,
        TemporalServerOptions options,
        string endpoint
    )
    {
        context.Terminal.Inform($"Serving {what} at {string.Join(" and ", addresses)}. Ctrl-C ends it.");
        ListenOptions.WarnOfOpenness(options, context);
        var flags = (options.Certificate is null ? "" : " --tls") + (options.ApiKey is null ? "" : " --api-key KEY");
        var variables =
            (options.Certificate is null ? "" : " -e TEMPORAL_TLS=true") + (options.ApiKey is null ? "" : " -e TEMPORAL_API_KEY=KEY");
        context.Terminal.Inform($"  The temporal program:  temporal workflow list --address {endpoint}{flags}");
        context.Terminal.Inform(
            $"  The Web UI:            docker run --rm --network host -e TEMPORAL_ADDRESS={endpoint}{variables} -e "
                + $"TEMPORAL_UI_PORT=8233 {WebInterface}"
        );
        context.Terminal.Inform("                         and then http://localhost:8233");
    }
}
