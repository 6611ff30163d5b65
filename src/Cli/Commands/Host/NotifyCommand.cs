using Orchestrator.App.Setup;
using Orchestrator.Cli.Overviews;
using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.Cli.Commands;

/// <summary><c>notify</c>: tests notifications, and sends or discards undelivered notices.</summary>
internal sealed class NotifyCommand : Command
{
    public NotifyCommand()
        : base("notify", "Test notices, and send the ones that have not arrived")
    {
        Add(new NotifyTestCommand());
        Add(new NotifySendCommand());
        Add(new NotifyDiscardCommand());
    }

    /// <summary>Base of the commands for undelivered notices of this repository.</summary>
    private abstract class NotifyUnsentCommand : CliCommand
    {
        private readonly Argument<string?> _run = new("RUN")
        {
            Description = "Only notices of this run; default: all of the repository",
            Arity = ArgumentArity.ZeroOrOne,
        };

        protected NotifyUnsentCommand(string name, string description)
            : base(name, description) => Add(_run);

        public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
        {
            var outbox = new NoticeOutbox(context.RequireRepository().Key, context.Services);
            var unsent = outbox.Read();
            if (unsent.Count == 0)
            {
                context.Terminal.Inform("All notices of this repository have been sent.");
                return Outcome.Done;
            }
            var run = parsed.GetValue(_run) is { } given
                ? UniquePrefix.Find(given, [.. unsent.Select(notice => notice.Run).Distinct()], "run with notices to send")
                : null;
            return await ExecuteAsync(outbox, run, context, stop);
        }

        protected abstract Task<Outcome> ExecuteAsync(NoticeOutbox outbox, string? run, CommandContext context, CancellationToken stop);
    }

    private sealed class NotifySendCommand() : NotifyUnsentCommand("send", "Send the notices that have not arrived")
    {
        protected override async Task<Outcome> ExecuteAsync(
            NoticeOutbox outbox,
            string? run,
            CommandContext context,
            CancellationToken stop
        )
        {
            var before = outbox.Read(run).Count;
            await outbox.DeliverAsync(run, NoticeSelection.All, stop);
            var left = outbox.Read(run);
            foreach (var notice in left)
            {
                context.Terminal.Warn(new UntrustedText(notice.Describe()).Line);
            }
            context.Terminal.Inform($"{Plural.Of(before - left.Count, "notice")} sent.");
            return left.Count == 0 ? Outcome.Done : Outcome.WorkFailed;
        }
    }

    private sealed class NotifyDiscardCommand() : NotifyUnsentCommand("discard", "Drop the notices that have not arrived")
    {
        protected override async Task<Outcome> ExecuteAsync(
            NoticeOutbox outbox,
            string? run,
            CommandContext context,
            CancellationToken stop
        )
        {
            context.Terminal.Inform($"{Plural.Of(await outbox.DiscardAsync(run, stop), "notice")} dropped.");
            return Outcome.Done;
        }
    }

    private sealed class NotifyTestCommand : CliCommand
    {
        private readonly Argument<string?> _target = new("TARGET")
        {
            Description = "Name of the target in 'notifications'; default: all targets",
            Arity = ArgumentArity.ZeroOrOne,
        };
        private readonly Option<bool> _json = GlobalOptions.Json();

        public NotifyTestCommand()
            : base("test", "Send a test to the targets of 'notifications'")
        {
            Add(_target);
            Add(_json);
        }

        public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
        {
            var name = parsed.GetValue(_target);
            var settings = context.OpenSettings(context.FindRepository(), []).Loaded;
            var targets = settings.Settings!.Notifications.Targets;
            if (!settings.Settings.Notifications.Enabled)
            {
                throw new UseCaseException(
                    Outcome.Usage,
                    "No notices are sent, because notifications.enabled is false.",
                    "To send them again: orchestrate config set --user notifications.enabled true"
                );
            }
            if (name is null && targets.Count == 0)
            {
                throw new UseCaseException(
                    Outcome.Usage,
                    "No notices are sent, because 'notifications' is not set.",
                    "For bubbles on this machine: orchestrate config set --user notifications.provider desktop"
                );
            }
            if (name is not null)
            {
                name = UniquePrefix.Find(name, [.. targets.Select(target => target.Name)], "target of notices");
            }
            var entries = await NoticeCheck.TestAsync(settings, context.Services, name, stop);
            return CheckOverview.Print(context, entries, parsed.GetValue(_json)) == MachineCheckStatus.Ok
                ? Outcome.Done
                : Outcome.WorkFailed;
        }
    }
}
