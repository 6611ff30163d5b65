using Orchestrator.App.PlanFiles;
using Orchestrator.Cli.Console;

namespace Orchestrator.Cli.Commands;

/// <summary><c>context get|set|list</c>: manages named text blocks about the project, which are included in the prompts of tasks.</summary>
internal sealed class ProjectContextCommand : CliCommand
{
    private readonly Argument<string> _verb = new("VERB") { Description = "get, set or list" };
    private readonly Argument<string?> _name = new("NAME") { Description = "Name of the text block", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string?> _text = new("TEXT")
    {
        Description = "The text; '-' reads the text from stdin, '' removes the text block",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ProjectContextCommand()
        : base("context", "Store named text blocks about the project, which task prompts can include")
    {
        _verb.AcceptOnlyFromAmong("get", "set", "list");
        Add(_verb);
        Add(_name);
        Add(_text);
        Add(_json);
    }

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var store = new ProjectPromptTextStore(
            Path.Combine(context.RequireRepository().ProjectFolder, ProjectPromptTextSerializer.FileName)
        );
        var verb = parsed.GetRequiredValue(_verb);
        var name = parsed.GetValue(_name);
        if (verb != "list" && string.IsNullOrWhiteSpace(name))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"'context {verb}' needs the name of a text.",
                $"For example: orchestrate context {verb} auth-rules{(verb == "set" ? " \"Use JWT.\"" : "")}"
            );
        }
        try
        {
            if (verb == "set")
            {
                Set(context, store, name!, parsed.GetValue(_text));
            }
            else
            {
                Show(context, verb == "list" ? store.Read() : One(store.Read(), name!), parsed.GetValue(_json), verb == "get");
            }
            return Task.FromResult(UseCaseOutcome.Done);
        }
        catch (InvalidDataException e)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, e.Message);
        }
    }

    private static Dictionary<string, string> One(IReadOnlyDictionary<string, string> texts, string name)
    {
        var found = UniquePrefix.Find(name, [.. texts.Keys], "text");
        return new() { [found] = texts[found] };
    }

    private static void Set(CliCommandServiceBundle context, ProjectPromptTextStore store, string name, string? text)
    {
        text =
            text == "-"
                ? context.Terminal.ReadInput()
                : text
                    ?? throw new UseCaseException(
                        UseCaseOutcome.Usage,
                        "'context set' requires text.",
                        "Write the text after the name, or write '-' to read it from stdin."
                    );
        store.Set(name, text.Length == 0 ? null : text);
        context.Terminal.Inform(
            text.Length == 0 ? $"Removed {name}." : $"The text {name} is set. Tasks with '{name}' in context_keys receive it."
        );
    }

    private static void Show(CliCommandServiceBundle context, IReadOnlyDictionary<string, string> texts, bool json, bool whole)
    {
        if (json)
        {
            context.Print(new ContextDocument(texts), DocumentJson.Default.ContextDocument);
        }
        else if (whole)
        {
            context.Terminal.Document(texts.Values.First().TrimEnd('\n') + "\n");
        }
        else
        {
            foreach (var (name, text) in texts)
            {
                context.Terminal.Show(new UntrustedText($"{name}: {TextCellWidth.OneLine(text)}"));
            }
        }
    }
}
