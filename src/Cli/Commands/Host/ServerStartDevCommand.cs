using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Logging;
using Serilog.Events;
using Temporal.Server;
using Temporalio.Api.Enums.V1;

namespace Orchestrator.Cli.Commands;

/// <summary><c>server start-dev</c>: serves the embedded engine for tests, with the options of the development server in Temporal's CLI.
/// The test environments of the official SDKs can start this program as their server.</summary>
internal sealed class ServerStartDevCommand : CliCommand
{
    private static readonly string[] Levels = ["warn", "debug", "info", "error", "never"];

    private readonly ListenOptions _listen = new("--ip", "localhost", "-p");
    private readonly Option<string[]> _namespaces = new("--namespace", "-n")
    {
        Description = "An additional namespace besides 'default' (may be repeated)",
        HelpName = "NAME",
    };
    private readonly Option<string?> _file = new("--db-filename", "-f")
    {
        Description = "File that stores all state; default: state is kept in memory, and is lost when the server ends",
        HelpName = "FILE",
    };
    private readonly Option<string[]> _attributes = new("--search-attribute")
    {
        Description =
            "A search attribute for all namespaces (may be repeated). TYPE is Text, Keyword, Int, Double, Bool, Datetime or "
            + "KeywordList",
        HelpName = "NAME=TYPE",
    };
    private readonly Option<string[]> _settings = new("--dynamic-config-value")
    {
        Description =
            "A dynamic configuration value of the official server (may be repeated). Only these keys have an effect: "
            + "limit.blobSize.error, limit.historyCount.suggestContinueAsNew, frontend.WorkflowPauseEnabled, "
            + "frontend.WorkerCommandsEnabled, system.enableCancelActivityWorkerCommand, matching.numTaskqueueReadPartitions "
            + "and matching.wv.VersionDrainageStatusVisibilityGracePeriod",
        HelpName = "KEY=VALUE",
    };
    private readonly Option<int?> _httpPort = new("--http-port")
    {
        Description = "Ignored, because this server has no HTTP API",
        HelpName = "N",
    };
    private readonly Option<string[]> _pragmas = new("--sqlite-pragma")
    {
        Description = "Ignored, because the engine configures SQLite itself (may be repeated)",
        HelpName = "NAME=VALUE",
    };
    private readonly Option<bool> _headless = new("--headless") { Description = "Ignored, because this program has no Web UI" };
    private readonly Option<int?> _uiPort = new("--ui-port")
    {
        Description = "Ignored, because this program has no Web UI",
        HelpName = "N",
    };
    private readonly Option<string?> _uiAddress = new("--ui-ip")
    {
        Description = "Ignored, because this program has no Web UI",
        HelpName = "IP",
    };
    private readonly Option<bool> _skipping = new("--enable-time-skipping")
    {
        Description = "Skip time like the official test server while a client has unlocked time skipping",
    };
    private readonly Option<string> _format = LongRunningCommandLogOptions.Format("text", "json", "pretty");
    private readonly Option<string> _level = new Option<string>("--log-level")
    {
        Description = "Lowest level of the log entries that the server writes to stderr",
        HelpName = string.Join('|', Levels),
        DefaultValueFactory = static _ => Levels[0],
    }.AcceptOnlyFromAmong(Levels);

    public ServerStartDevCommand()
        : base("start-dev", "Serve an empty engine for tests and development, like the same command of the Temporal CLI")
    {
        _listen.AddTo(this);
        foreach (
            var option in (Option[])
                [
                    _namespaces,
                    _file,
                    _attributes,
                    _settings,
                    _httpPort,
                    _pragmas,
                    _headless,
                    _uiPort,
                    _uiAddress,
                    _skipping,
                    _format,
                    _level,
                ]
        )
        {
            Add(option);
        }
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var named = parsed.GetValue(_file) is { Length: > 0 } name ? context.FullPath(name) : null;
        var settings = (parsed.GetValue(_settings) ?? []).Select(text => Pair(_settings.Name, "KEY=VALUE", text)).ToList();
        var usual = new TemporalServerOptions();
        var unbound = usual with
        {
            DatabasePath = named,
            MachineName = context.Machine,
            TimeProvider = context.Time,
            TimeSkipping = parsed.GetValue(_skipping),
            Namespaces = parsed.GetValue(_namespaces) ?? [],
            SearchAttributes = (parsed.GetValue(_attributes) ?? [])
                .Select(text => Pair(_attributes.Name, "NAME=TYPE", text))
                .ToDictionary(pair => pair.Key, pair => TypeOf(pair.Value), StringComparer.Ordinal),
            BlobSizeLimit = NumberOf(settings, "limit.blobSize.error") ?? usual.BlobSizeLimit,
            SuggestContinueAsNewAfter = NumberOf(settings, "limit.historyCount.suggestContinueAsNew") ?? usual.SuggestContinueAsNewAfter,
            WorkflowPause = FlagOf(settings, "frontend.WorkflowPauseEnabled") ?? usual.WorkflowPause,
            WorkerCommands = FlagOf(settings, "frontend.WorkerCommandsEnabled") ?? usual.WorkerCommands,
            CancelCommands = FlagOf(settings, "system.enableCancelActivityWorkerCommand") ?? usual.CancelCommands,
            TaskQueuePartitions = NumberOf(settings, "matching.numTaskqueueReadPartitions") ?? usual.TaskQueuePartitions,
            DrainageGracePeriod = SpanOf(settings, "matching.wv.VersionDrainageStatusVisibilityGracePeriod") ?? usual.DrainageGracePeriod,
        };
        var options = _listen.Apply(unbound, parsed, context);
        using var file = named is null ? null : ServerCommand.Acquire(named, guard: null);
        using var log = LongRunningCommandLog.Open(
            parsed.GetValue(_format) == "json" ? LogFormat.Json : LogFormat.Text,
            LevelOf(parsed.GetValue(_level)),
            file: null,
            context.Terminal
        );
        context.Terminal = log.Terminal;
        var builder = GenericHostCommandRunner.Create(log);
        builder.Services.AddHostedService(_ => new EngineHostedService(options, file, context, log.Factory, Announce, stop));
        return await GenericHostCommandRunner.RunAsync(builder, log, stop);

        void Announce(TemporalServer server)
        {
            file?.Announce(server.Addresses[0]);
            context.Terminal.Inform(
                $"Temporal server at {new Uri(server.Addresses[0]).Authority}, {named ?? "in memory"}. Ctrl-C ends it."
            );
            ListenOptions.WarnOfOpenness(options, context);
            if (parsed.GetValue(_httpPort) is not null)
            {
                context.Terminal.Inform("--http-port has no effect, because this server has no HTTP API. Use gRPC.");
            }

            if (parsed.GetValue(_pragmas) is { Length: > 0 })
            {
                context.Terminal.Inform("--sqlite-pragma has no effect, because the engine configures SQLite itself.");
            }

            if (!parsed.GetValue(_headless))
            {
                context.Terminal.Inform("This program has no Web UI; 'orchestrate server --help' explains how to use the official one.");
            }
        }
    }

    private static LogEventLevel? LevelOf(string? name) =>
        name switch
        {
            "debug" => LogEventLevel.Debug,
            "info" => LogEventLevel.Information,
            "error" => LogEventLevel.Error,
            "never" => null,
            _ => LogEventLevel.Warning,
        };

    private static KeyValuePair<string, string> Pair(string option, string form, string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is > 0 and var sign
            ? new(text[..sign], text[(sign + 1)..].Trim('"'))
            : throw new UseCaseException(UseCaseOutcome.Usage, $"{option}: '{text}' has no value.", $"Write {option} {form}.");

    private static IndexedValueType TypeOf(string name) =>
        Enum.TryParse<IndexedValueType>(name, ignoreCase: true, out var type)
        && type != IndexedValueType.Unspecified
        && char.IsAsciiLetter(name[0])
            ? type
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"--search-attribute: the type '{name}' is unknown.",
                "Types are Text, Keyword, Int, Double, Bool, Datetime and KeywordList."
            );

    private static bool? FlagOf(IReadOnlyList<KeyValuePair<string, string>> settings, string key) =>
        settings.LastOrDefault(setting => setting.Key == key) is { Key: not null } set
            ? bool.TryParse(set.Value, out var flag)
                ? flag
                : throw Unreadable(set, "neither true nor false", "true|false")
            : null;

    // Parses Go's format for durations: 90s, 3m, 500ms.
    private static TimeSpan? SpanOf(IReadOnlyList<KeyValuePair<string, string>> settings, string key)
    {
        if (settings.LastOrDefault(setting => setting.Key == key) is not { Key: not null } set)
        {
            return null;
        }

        var digits = new string([.. set.Value.TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, out var number)
            ? set.Value[digits.Length..] switch
            {
                "ms" => TimeSpan.FromMilliseconds(number),
                "s" => TimeSpan.FromSeconds(number),
                "m" => TimeSpan.FromMinutes(number),
                "h" => TimeSpan.FromHours(number),
                _ => throw Unreadable(set, "not a duration", "90s"),
            }
            : throw Unreadable(set, "not a duration", "90s");
    }

    private static UseCaseException Unreadable(KeyValuePair<string, string> set, string fault, string form) =>
        new(UseCaseOutcome.Usage, $"--dynamic-config-value: {set.Key} is '{set.Value}', which is {fault}.", $"Write {set.Key}={form}.");

    private static int? NumberOf(IReadOnlyList<KeyValuePair<string, string>> settings, string key) =>
        settings.LastOrDefault(setting => setting.Key == key) is { Key: not null } set
            ? int.TryParse(set.Value, out var number) && number > 0
                ? number
                : throw Unreadable(set, "not a number above 0", "NUMBER")
            : null;
}
