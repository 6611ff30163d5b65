using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Web;
using Orchestrator.Dashboard;
using Orchestrator.Dashboard.Door;
using Orchestrator.Dashboard.Source;

namespace Orchestrator.Cli.Hosting;

/// <summary>The page in a host.</summary>
/// <param name="options">Address and token.</param>
/// <param name="context">Carries out commands.</param>
/// <param name="loggers">Where the server logs.</param>
/// <param name="started">Called with the port when it listens.</param>
internal sealed class ServedDashboard(DashboardOptions options, CommandContext context, ILoggerFactory loggers, Action<int> started)
    : IHostedService
{
    [SuppressMessage("Usage", "CA2213", Justification = "StopAsync disposes it.")]
    private WebApplication? _app;

    /// <summary>Returns when it listens.</summary>
    /// <exception cref="CommandException">Another program has the port.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _app = DashboardHost.Build(options, new CommandSource(context), loggers, context.Time);
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            throw new CommandException(
                ExitCodes.Unavailable,
                $"Another program listens on {options.Address} already.",
                "End it, or choose another port with --port (0: any free one)."
            );
        }
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        started(new Uri(address).Port);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is not null)
        {
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
        }
    }
}
