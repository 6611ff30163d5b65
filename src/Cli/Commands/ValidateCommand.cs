using System.CommandLine;
using Orchestrator.Cli.Documents;
using Orchestrator.Plans;

namespace Orchestrator.Cli.Commands;

/// <summary><c>validate</c>: is this a plan that can be run? All faults at once.</summary>
internal sealed class ValidateCommand : CliCommand
{
    private readonly Argument<string> _plan = new("PLAN") { Description = "The plan file", DefaultValueFactory = static _ => PlanFiles.DefaultName };
    private readonly Option<bool> _strict = new("--strict") { Description = "Warnings are errors" };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ValidateCommand()
        : base("validate", "Check a plan and name every fault with its place and cure")
    {
        Add(_plan);
        Add(_strict);
        Add(_json);
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var name = parsed.GetRequiredValue(_plan);
        var read = PlanFiles.Read(context, name);
        if (parsed.GetValue(_strict))
            read = read.AsStrict();
        if (parsed.GetValue(_json))
            context.Print(new ValidateDocument(name, read.IsValid, read.TaskCount, [.. read.Errors.Select(Entry)], [.. read.Warnings.Select(Entry)]), CliJson.Default.ValidateDocument);
        foreach (var fault in read.Faults)
            context.Terminal.Say(fault.ToString());
        var tasks = read.TaskCount == 1 ? "1 task" : $"{read.TaskCount} tasks";
        context.Terminal.Say(read.IsValid ? $"{name} is valid: {tasks}." : $"{name} can't be run: {read.Errors.Count} errors.");
        return Task.FromResult(read.IsValid ? ExitCodes.Done : ExitCodes.Usage);
    }

    private static FaultEntry Entry(PlanFault fault) => new(fault.Code, fault.File, fault.Line, fault.Column, fault.Field, fault.Message, fault.Cure);
}
