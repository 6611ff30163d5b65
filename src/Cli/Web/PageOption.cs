using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Options;
using Orchestrator.Dashboard.Door;
using Orchestrator.Machine.Hosting;
using Orchestrator.Runs;

namespace Orchestrator.Cli.Web;

/// <summary><c>--web</c>: commands that stay serve the page too, on loopback.</summary>
internal sealed class PageOption
{
    /// <summary>The usual port.</summary>
    public const int UsualPort = 8888;

    private readonly Option<int?> _port = new("--web")
    {
        Description = $"Serve the page too, on this port of loopback (0: any free one); {UsualPort} where none is named",
        HelpName = "PORT",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public void AddTo(Command command) => command.Add(_port);

    /// <summary>The port; null: the page is not asked for.</summary>
    /// <exception cref="UseCaseException">It is no port.</exception>
    public int? PortOf(ParseResult parsed) =>
        parsed.GetResult(_port) is null ? null : ListenOptions.Port(_port.Name, parsed.GetValue(_port) ?? UsualPort);

    /// <summary>Refuses the option of a command that goes on in the background.</summary>
    /// <param name="isDetached">It does.</param>
    /// <exception cref="UseCaseException">Both were asked for.</exception>
    public void RefuseDetached(ParseResult parsed, bool isDetached)
    {
        if (PortOf(parsed) is not null && isDetached)
        {
            throw new UseCaseException(
                Outcome.Usage,
                "--web serves the page from this process, which ends with --detach.",
                "Leave one of them out; 'orchestrate web' serves the page beside runs in the background."
            );
        }
    }

    /// <summary>Serves the page beside a command that has no host; null: it is not asked for.</summary>
    public async Task<IAsyncDisposable?> StartAsync(
        ParseResult parsed,
        RepositoryLocation repository,
        CommandContext context,
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
        return new Served(page, loggers);
    }

    /// <summary>The page as a part of a host; null: it is not asked for.</summary>
    public ServedDashboard? Page(ParseResult parsed, CommandContext context, ILoggerFactory loggers) =>
        PortOf(parsed) is not { } port
            ? null
            : new ServedDashboard(
                new DashboardOptions(new IPEndPoint(IPAddress.Loopback, port), WebToken.Get(context.Environment)),
                context,
                loggers,
                link => context.Terminal.Say($"The page: {link}")
            );

    private sealed class Served(ServedDashboard page, ILoggerFactory loggers) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await page.StopAsync(CancellationToken.None);
            loggers.Dispose();
        }
    }
}
