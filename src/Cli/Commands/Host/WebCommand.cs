using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.App.Access;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Web;
using Orchestrator.Dashboard;
using Orchestrator.Dashboard.Access;

namespace Orchestrator.Cli.Commands;

/// <summary><c>web</c>: serves the dashboard and the API for all of this user's repositories until the command is interrupted.</summary>
internal sealed class WebCommand : CliCommand
{
    private readonly Option<int> _port = new("--port")
    {
        Description = "Port to listen on; 0 means any free port",
        HelpName = "N",
        DefaultValueFactory = static _ => DashboardPortOption.UsualPort,
    };
    private readonly Option<string> _listen = new("--listen")
    {
        Description = "Address to listen on; any address other than loopback needs --tls-cert and --tls-key, or --insecure",
        HelpName = "IP",
        DefaultValueFactory = static _ => "127.0.0.1",
    };
    private readonly Option<string?> _certificate = new("--tls-cert") { Description = "Certificate (PEM) for TLS", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--tls-key") { Description = "Private key (PEM) of the certificate", HelpName = "FILE" };
    private readonly Option<bool> _insecure = new("--insecure")
    {
        Description = "Listen beyond loopback without TLS, so that others on the network can read the traffic and the token",
    };
    private readonly Option<string[]> _hosts = new("--host")
    {
        Description = "A host name under which browsers may reach the page (may be repeated); loopback names are always accepted",
        HelpName = "NAME",
    };
    private readonly Option<bool> _link = new("--link") { Description = "Print the login link and exit" };
    private readonly Option<bool> _renew = new("--new-token")
    {
        Description = "Replace the token of the login link, which invalidates earlier links",
    };
    private readonly LongRunningCommandLogOptions _log = new();

    public WebCommand()
        : base("web", "Serve the web page and the API for all your runs until interrupted")
    {
        foreach (var option in (Option[])[_port, _listen, _certificate, _key, _insecure, _hosts, _link, _renew])
        {
            Add(option);
        }
        _log.AddTo(this);
        Add(new WebTokenCommand());
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var options = OptionsOf(parsed, context);
        if (parsed.GetValue(_link))
        {
            context.Terminal.Show(DashboardServer.LinkOf(options, options.Address.Port));
            return UseCaseOutcome.Done;
        }
        if (!IPAddress.IsLoopback(options.Address.Address) && options.Certificate is null)
        {
            context.Terminal.Warn("Because of --insecure, others on the network can read traffic to this address, including the token.");
        }
        // Registers the current repository, so that even its first run can be started on the page.
        var repositories = new KnownRepositoryStore(context.Environment);
        if (context.FindRepository() is { IsBare: false } here)
        {
            await context.RequireOwnFoldersAsync(here, context.LoadSettings().Settings!.Worktrees.Directory, stop);
            repositories.Add(here);
        }
        using var log = _log.Open(parsed, Path.Combine(WebTokenStore.FolderOf(context.Environment), "web-.log"), context);
        var builder = GenericHostCommandRunner.Create(log);
        builder.Services.AddHostedService(_ => new DashboardServer(
            options,
            context,
            log.Factory,
            link =>
            {
                context.Terminal.Show(link);
                context.Terminal.Inform("The link logs a browser in. Ctrl-C ends the server; runs continue.");
            }
        ));
        // Delivers notices even if no worker runs.
        builder.Services.AddHostedService(_ => new UnsentNoticeWatcher(
            () => repositories.List(),
            context,
            log.Factory.CreateLogger<UnsentNoticeWatcher>()
        ));
        return await GenericHostCommandRunner.RunAsync(builder, log, stop);
    }

    private DashboardOptions OptionsOf(ParseResult parsed, CliCommandServiceBundle context)
    {
        var text = parsed.GetValue(_listen)!;
        var address = ListenOptions.Address(_listen.Name, text);
        var port = ListenOptions.Port(_port.Name, parsed.GetValue(_port));
        var certificate = ListenOptions.Certificate(parsed.GetValue(_certificate), parsed.GetValue(_key), context);
        if (!IPAddress.IsLoopback(address) && certificate is null && !parsed.GetValue(_insecure))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"--listen {text} can be reached from other machines, and others on the network could read the traffic.",
                "Use --tls-cert and --tls-key, or --insecure on a trusted network. To reach loopback from another machine: "
                    + $"ssh -L {port}:127.0.0.1:{port} HOST"
            );
        }
        var tokens = WebTokenStore.Of(context.Environment, context.Time);
        tokens.LinkSecret(parsed.GetValue(_renew));
        return new DashboardOptions(new IPEndPoint(address, port), tokens)
        {
            Certificate = certificate,
            HostNames = parsed.GetValue(_hosts) ?? [],
        };
    }
}
