using System.CommandLine;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Overviews;
using Orchestrator.Machine.Setup;

namespace Orchestrator.Cli.Commands;

/// <summary><c>notify</c>: how people are told of what happens.</summary>
internal sealed class NotifyCommand : Command
{
    public NotifyCommand()
        : base("notify", "Try how you are told of what happens") => Add(new TestCommand());

    private sealed class TestCommand : CliCommand
    {
        private readonly Argument<string?> _target = new("TARGET")
        {
            Description = "Name of the target, as 'notifications' has it; all where none is named",
            Arity = ArgumentArity.ZeroOrOne,
        };
        private readonly Option<bool> _json = GlobalOptions.Json();

        public TestCommand()
            : base("test", "Send a test to the targets of 'notifications'")
        {
            Add(_target);
            Add(_json);
        }

        public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
        {
            var name = parsed.GetValue(_target);
            var settings = context.OpenSettings(context.FindRepository(), []).Loaded;
            var targets = settings.Settings!.Notifications.Targets;
            if (!settings.Settings.Notifications.Enabled)
            {
                throw new CommandException(
                    ExitCodes.Usage,
                    "Nobody is told of anything: notifications.enabled is false.",
                    "To send them again: orchestrate config set --user notifications.enabled true"
                );
            }
            if (name is null && targets.Count == 0)
            {
                throw new CommandException(
                    ExitCodes.Usage,
                    "Nobody is told of anything: 'notifications' is not set.",
                    "For bubbles on this machine: orchestrate config set --user notifications.provider desktop"
                );
            }
            if (name is not null)
            {
                name = UniquePrefix.Find(name, [.. targets.Select(target => target.Name)], "target of notices");
            }
            var entries = await NoticeCheck.TestAsync(settings, context.Services, name, stop);
            return CheckOverview.Print(context, entries, parsed.GetValue(_json)) == MachineCheckStatus.Ok
                ? ExitCodes.Done
                : ExitCodes.WorkFailed;
        }
    }
}
