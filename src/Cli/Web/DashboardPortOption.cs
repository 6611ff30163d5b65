using System.Net;
using Microsoft.Extensions.Logging;
using Orchestrator.App.Access;
using Orchestrator.Dashboard;
using Orchestrator.Dashboard.Access;

namespace Orchestrator.Cli.Web;

/// <summary>The option <c>--web</c>, with which a long-running command also serves the dashboard on loopback.</summary>
internal sealed class DashboardPortOption
{
    /// <summary>Default port of the dashboard.</summary>
    public const int UsualPort = 8888;

    private readonly Option<int?> _port = new("--web")
    {
        Description = $"Also serve the web page on this loopback port (0 means any free port); default: {UsualPort}",
        HelpName = "PORT",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public void AddTo(Command command) => command.Add(_port);

    /// <summary>Returns the port of the dashboard, or null if <c>--web</c> was not given.</summary>
    /// <exception cref="UseCaseException">The value is not a port.</exception>
    public int? PortOf(ParseResult parsed) =>
        parsed.GetResult(_port) is null ? null : ListenOptions.Port(_port.Name, parsed.GetValue(_port) ?? UsualPort);

    /// <summary>Throws if the option is used for a command that continues in the background.</summary>
    /// <param name="isDetached">True if the command continues in the background.</param>
    /// <exception cref="UseCaseException">Both the option and the background were requested.</exception>
    public void RefuseDetached(ParseResult parsed, bool isDetached)
    {
        if (PortOf(parsed) is not null && isDetached)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "--web serves the page from this process, but --detach ends this process.",
                "Omit one of these options; 'orchestrate web' also serves the page of background runs."
            );
        }
    }

    /// <summary>Serves the dashboard for a command that uses no generic host. Returns null if <c>--web</c> was not given.</summary>
    public async Task<IAsyncDisposable?> StartAsync(
        ParseResult parsed,
        LocalRepositoryPaths repository,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        if (PortOf(parsed) is null)
        {
            return null;
        }
        var loggers = FileLoggerProvider.OpenFactory(repository, context.Verbose, context.Time);
        var page = Page(parsed, context, loggers)!;
        try
        {
            await page.StartAsync(stop);
        }
        catch
        {
            loggers.Dispose();
            throw;
        }
        return new PageServer(page, loggers);
    }

    /// <summary>Returns the dashboard as a hosted service, or null if <c>--web</c> was not given.</summary>
    public DashboardServer? Page(ParseResult parsed, CliCommandServiceBundle context, ILoggerFactory loggers) =>
        PortOf(parsed) is not { } port
            ? null
            : new DashboardServer(
                new DashboardOptions(new IPEndPoint(IPAddress.Loopback, port), WebTokenStore.Of(context.Environment, context.Time)),
                context,
                loggers,
                link => context.Terminal.Inform($"The page: {link}")
            );

    private sealed class PageServer(DashboardServer page, ILoggerFactory loggers) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await page.StopAsync(CancellationToken.None);
            loggers.Dispose();
        }
    }
}
