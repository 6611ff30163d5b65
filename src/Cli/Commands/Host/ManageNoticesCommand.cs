using Orchestrator.App.Setup;
using Orchestrator.Cli.Overviews;

namespace Orchestrator.Cli.Commands;

/// <summary><c>notify</c>: tests notifications, and sends or discards undelivered notices.</summary>
internal sealed class ManageNoticesCommand : Command
{
    public ManageNoticesCommand()
        : base("notify", "Test notices, and send the ones that have not been delivered")
    {
        Add(new NotifyTestCommand());
        Add(new NotifySendUnsentCommand());
        Add(new NotifyDiscardUnsentCommand());
    }

    /// <summary>Base class of the commands for this repository's undelivered notices.</summary>
    private abstract class NotifyUnsentCommand : CliCommand
    {
        private readonly Argument<string?> _run = new("RUN")
        {
            Description = "Only notices about this run; default: all notices of the repository",
            Arity = ArgumentArity.ZeroOrOne,
        };

        protected NotifyUnsentCommand(string name, string description)
            : base(name, description) => Add(_run);

        public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
        {
            var notices = new NoticeManager(context);
            if (notices.IsEmpty)
            {
                context.Terminal.Inform("All notices of this repository have been sent.");
                return UseCaseOutcome.Done;
            }
            return await ExecuteAsync(notices, parsed.GetValue(_run), context, stop);
        }

        protected abstract Task<UseCaseOutcome> ExecuteAsync(
            NoticeManager notices,
            string? run,
            CliCommandServiceBundle context,
            CancellationToken stop
        );
    }

    private sealed class NotifySendUnsentCommand() : NotifyUnsentCommand("send", "Send the notices that have not been delivered yet")
    {
        protected override async Task<UseCaseOutcome> ExecuteAsync(
            NoticeManager notices,
            string? run,
            CliCommandServiceBundle context,
            CancellationToken stop
        )
        {
            var (sent, left) = await notices.SendAsync(run, stop);
            foreach (var notice in left)
            {
                context.Terminal.Warn(new UntrustedText(notice).Line);
            }
            context.Terminal.Inform($"{Plural.Of(sent, "notice")} sent.");
            return left.Count == 0 ? UseCaseOutcome.Done : UseCaseOutcome.WorkFailed;
        }
    }

    private sealed class NotifyDiscardUnsentCommand()
        : NotifyUnsentCommand("discard", "Discard the notices that have not been delivered yet")
    {
        protected override async Task<UseCaseOutcome> ExecuteAsync(
            NoticeManager notices,
            string? run,
            CliCommandServiceBundle context,
            CancellationToken stop
        )
        {
            context.Terminal.Inform($"{Plural.Of(await notices.DiscardAsync(run, stop), "notice")} dropped.");
            return UseCaseOutcome.Done;
        }
    }

    private sealed class NotifyTestCommand : CliCommand
    {
        private readonly Argument<string?> _target = new("TARGET")
        {
            Description = "Name of a target in the setting 'notifications'; default: all targets",
            Arity = ArgumentArity.ZeroOrOne,
        };
        private readonly Option<bool> _json = GlobalOptions.Json();

        public NotifyTestCommand()
            : base("test", "Send a test notice to the targets in the setting 'notifications'")
        {
            Add(_target);
            Add(_json);
        }

        public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
        {
            var name = parsed.GetValue(_target);
            var settings = context.OpenSettings(context.FindRepository(), []).Loaded;
            var targets = settings.Settings!.Notifications.Targets;
            if (!settings.Settings.Notifications.Enabled)
            {
                throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    "No notices are sent, because notifications.enabled is false.",
                    "To send them again: orchestrate config set --user notifications.enabled true"
                );
            }
            if (name is null && targets.Count == 0)
            {
                throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    "No notices are sent, because 'notifications' is not set.",
                    "For desktop notifications on this machine: orchestrate config set --user notifications.provider desktop"
                );
            }
            if (name is not null)
            {
                name = UniquePrefix.Find(name, [.. targets.Select(target => target.Name)], "target of notices");
            }
            var entries = await NoticeManager.TestAsync(settings, name, context, stop);
            return ReadinessCheckPrinter.Print(context, entries, parsed.GetValue(_json)) == MachineReadinessCheckStatus.Ok
                ? UseCaseOutcome.Done
                : UseCaseOutcome.WorkFailed;
        }
    }
}
