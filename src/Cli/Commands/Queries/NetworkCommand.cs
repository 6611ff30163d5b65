using System.Globalization;
using Orchestrator.Cli.Runs;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>network</c>: lists the connections that a run's sandboxes made or were denied. <c>network allow</c> permits connections to more
/// hosts. Needs no running Temporal server.
/// </summary>
internal sealed class NetworkCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _run = new(
        "RUN/TASK",
        "The run, or one of its tasks; default: the only open run, or else the latest run"
    );
    private readonly Option<bool> _json = GlobalOptions.Json();

    public NetworkCommand()
        : base("network", "Show the hosts that a run's sandboxes reached or were denied access to; 'network allow' permits hosts")
    {
        _run.AddTo(this);
        Add(_json);
        Add(new NetworkAllowCommand());
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var (run, reference) = _run.Require(context.RequireRepository(), parsed);
        var task = reference.FindTask(run.Status);
        var found = SandboxConnectionReader.Of(run, task);
        if (parsed.GetValue(_json))
        {
            context.Print(found, DocumentJson.Default.NetworkDocument);
            return Task.FromResult(UseCaseOutcome.Done);
        }
        if (found.Connections.Count == 0)
        {
            context.Terminal.Show(
                $"No connections of {run.Id} were recorded. Connections are recorded unless permissions.network.mode is open."
            );
        }
        foreach (var connection in found.Connections)
        {
            context.Terminal.Show(Line(connection));
        }
        if (found.CutLogs > 0)
        {
            context.Terminal.Warn($"{Plural.Of(found.CutLogs, "log")} reached the size limit, so later connections are missing.");
        }
        return Task.FromResult(UseCaseOutcome.Done);
    }

    private static string Line(NetworkConnection connection)
    {
        var bytes =
            connection.BytesUp + connection.BytesDown == 0
                ? ""
                : $", {ByteSizes.Describe(connection.BytesUp)} up, {ByteSizes.Describe(connection.BytesDown)} down";
        return $"{(connection.Task.Length > 0 ? connection.Task : "-")}  {connection.Role}  {connection.Host}:"
            + string.Create(CultureInfo.InvariantCulture, $"{connection.Port}  {DisplayText(connection.Decision)}, ")
            + Plural.Of(connection.Count, "connection")
            + (connection.Requests == 0 ? "" : $", {Plural.Of(connection.Requests, "request")}")
            + bytes;
    }

    private static string DisplayText(string decision) =>
        decision switch
        {
            "wouldRefuse" => "would be refused",
            "failed" => "not reached",
            _ => decision,
        };

    /// <summary>Adds hosts to <c>permissions.network.allow</c>, as <c>config set</c> would.</summary>
    private sealed class NetworkAllowCommand : CliCommand
    {
        private const string Setting = "permissions.network.allow";

        private readonly Argument<string[]> _hosts = new("HOST")
        {
            Description = "A host, such as example.com, *.example.com, example.com:8443 or localhost:5432",
            Arity = ArgumentArity.ZeroOrMore,
        };
        private readonly Option<string?> _from = new("--from")
        {
            Description = "Also allow all hosts that this run's sandboxes were denied access to",
            HelpName = "RUN",
        };
        private readonly Option<bool> _user = ConfigChange.User();

        public NetworkAllowCommand()
            : base("allow", "Allow sandboxes to reach additional hosts")
        {
            Add(_hosts);
            Add(_from);
            Add(_user);
        }

        public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
        {
            string[] hosts =
            [
                .. parsed.GetValue(_hosts) ?? [],
                .. parsed.GetValue(_from) is { } run
                    ? SandboxConnectionReader.RefusedHosts(StoredRunFinder.Require(context.RequireRepository(), run))
                    : [],
            ];
            if (hosts.FirstOrDefault(host => !SandboxConnectionReader.IsRule(host)) is { } wrong)
            {
                throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    $"'{wrong}' is not a valid host.",
                    "Specify the host without https:// and without a path, such as example.com or example.com:8443."
                );
            }
            // Also includes hosts that the repository's file contains but the user has not trusted, because they must remain in the file.
            var present = (context.FindSettings() ?? context.LoadSettings().Settings!).Permissions.Network.Allow;
            var missing = hosts.Except(present, StringComparer.Ordinal).ToList();
            if (missing.Count == 0)
            {
                context.Terminal.Show(
                    hosts.Length == 0
                        ? "No host was specified, and the proxy has not rejected any."
                        : $"{Setting} already contains these hosts."
                );
                return Task.FromResult(UseCaseOutcome.Done);
            }
            var value = $"[{string.Join(", ", present.Concat(missing).Select(host => $"\"{host}\""))}]";
            var code = new ConfigChange(context, parsed.GetValue(_user), [Setting]).Make(
                (text, shown, load) => ConfigFileEditor.Set(text, [(Setting, value)], shown, load),
                "set"
            );
            context.Terminal.Show($"Allowed: {string.Join(", ", missing)}.");
            return Task.FromResult(code);
        }
    }
}
