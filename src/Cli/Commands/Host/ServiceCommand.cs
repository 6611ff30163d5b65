using Orchestrator.App.Programs;
using Orchestrator.App.Service;
using Orchestrator.Cli.Web;

namespace Orchestrator.Cli.Commands;

/// <summary><c>service install|remove|status</c>: manages a systemd user unit that keeps this repository's engine and a worker running.
/// The unit continues open runs after a boot and starts scheduled runs.</summary>
internal sealed class ServiceCommand : CliCommand
{
    private const string Install = "install";
    private const string Remove = "remove";
    private const string Status = "status";

    private readonly Argument<string> _verb = new("VERB") { Description = "install, remove or status" };
    private readonly Option<bool> _replace = new("--replace")
    {
        Description = "Replace or remove the systemd unit even if the unit was changed by hand",
    };
    private readonly DashboardPortOption _page = new();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ServiceCommand()
        : base("service", "Use systemd to keep this repository's engine and a worker running, even after a reboot")
    {
        _verb.AcceptOnlyFromAmong(Install, Remove, Status);
        Add(_verb);
        Add(_replace);
        _page.AddTo(this);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var services = new SystemdUserServiceManager(context.Environment, context.Time);
        var unit = services.UnitOf(repository, ThisProgramCommand.Command) with { PagePort = _page.PortOf(parsed) };
        var verb = parsed.GetRequiredValue(_verb);
        if (verb != Status && await services.FindObstacleAsync(stop) is { } obstacle)
        {
            throw new UseCaseException(
                UseCaseOutcome.Unavailable,
                $"systemd user services do not work here: {obstacle}.",
                "Start 'orchestrate worker' in the repository with the init system of this machine; it serves the engine and continues "
                    + "open runs."
            );
        }
        if (verb == Install)
        {
            // Without trust, the service would exit with code 3 at each start.
            var settings = RepositoryTrustPrompt.RequireTrust(context, context.OpenSettings(repository, []), yes: false).Settings!;
            await context.RequireOwnFoldersAsync(repository, settings.Worktrees.Directory, stop);
            Refuse(services, unit, parsed.GetValue(_replace), "The new unit would replace it");
            await services.InstallAsync(unit, stop);
        }
        else if (verb == Remove)
        {
            Refuse(services, unit, parsed.GetValue(_replace), "The unit would be removed");
            await services.RemoveAsync(unit, stop);
        }

        var state = await services.StateAsync(unit, stop);
        if (parsed.GetValue(_json))
        {
            context.Print(ServiceDocument.Of(state), DocumentJson.Default.ServiceDocument);
        }
        else
        {
            PrintState(state, verb, context);
        }
        return verb == Remove || state.Process != 0 ? UseCaseOutcome.Done : UseCaseOutcome.Unavailable;
    }

    private static void Refuse(SystemdUserServiceManager services, ServiceUnit unit, bool replace, string consequence)
    {
        var file = services.FileOf(unit);
        var kind = services.KindOf(unit);
        if (kind is UnitFileKind.Edited or UnitFileKind.Foreign && !replace)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{file} {(kind == UnitFileKind.Edited ? "was changed by hand" : "was not written by this program")}. {consequence}.",
                $"Keep your lines in '{file}.d/own.conf' (systemctl --user edit {unit.Name}), which is never replaced; "
                    + "--replace discards your lines in the unit file."
            );
        }
    }

    private static void PrintState(SystemdServiceStatus state, string verb, CliCommandServiceBundle context)
    {
        if (state.Kind == UnitFileKind.Missing)
        {
            context.Terminal.Show(
                verb == Remove
                    ? $"{state.Name} was stopped and removed. Running agents continue for up to limits.orphan; open runs wait "
                        + "for 'orchestrate resume'."
                    : "This repository has no service. 'orchestrate service install' creates one."
            );
            return;
        }
        context.Terminal.Show($"{state.Name}  {(state.Active.Length == 0 ? "systemd does not answer" : state.Active)}");
        context.Terminal.Show($"  {state.File}{(state.Kind == UnitFileKind.Own ? "" : " (changed by hand)")}");
        if (state.Process != 0)
        {
            context.Terminal.Show($"  Process {state.Process} is working on the runs of this repository and fires its schedules.");
        }
        else
        {
            context.Terminal.Show($"  It is not running. For the cause: journalctl --user -u {state.Name}");
        }
        if (!state.IsEnabled)
        {
            context.Terminal.Show("  It does not start automatically. 'orchestrate service install' enables it.");
        }
        context.Terminal.Show(
            state.Lingers switch
            {
                true => "  It starts at boot and keeps running after you log out.",
                false => "  It ends when you log out and starts when you log in. To start it at boot: loginctl enable-linger",
                null => "  loginctl does not answer, so it is unknown whether the service keeps running after you log out.",
            }
        );
    }
}
