namespace Orchestrator.Plans;

/// <summary>Input for a planner's prompt.</summary>
public sealed record PlannerPromptInput
{
    /// <summary>The request: a user's own words, or a whole document.</summary>
    public required string Request { get; init; }

    /// <summary>Outline of the repository's files, from <see cref="RepositoryOutline"/>.</summary>
    public required string Outline { get; init; }

    /// <summary>The repository's instructions for planners; empty if there are none.</summary>
    public string Conventions { get; init; } = "";

    /// <summary>Existing commands that check the project.</summary>
    public IReadOnlyList<string> Gates { get; init; } = [];

    /// <summary>JSON Schema of the answer, for planners that can receive it only in the prompt; null for others.</summary>
    public string? Schema { get; init; }
}

/// <summary>Creates prompts that ask a planner for a task graph.</summary>
public static class PlannerPrompt
{
    private const string Rules = """
        Divide the request below into tasks for coding agents. They work at the same time, each in a git worktree of its own, and see
        nothing of each other's work before it is merged. You only plan: nothing is to be changed now. Where the outline is not enough,
        read what is in this folder first.

        # What makes a good plan

        - A task is what one agent finishes in well under an hour, and no smaller than it must be: one file with its tests is often
          right.
        - `files_write` names every path that a task creates, changes or deletes, and as little else as possible. Two tasks that own the
          same path need an order between them (`depends_on`); better is to divide the work so that they do not. Files that many tasks
          only add lines to (a changelog, a list of routes) go into
          `files_append`.
        - `depends_on` only where a task needs another one's merged work. What can run at the same time should.
        - What two tasks must agree on before either is done is a contract: `name`, `file_path` and the signatures in `methods`; its
          `consumers` are the tasks that code against it. Contract files belong to no task.
        - `verification` is what shows that a task is done: commands that exit with 0 then, and fail as long as it is not. They run at
          the root of the repository, by /bin/sh, without network or a user. Never
          `true`, `echo` or a pipe that hides the exit code.
        - `prompt` tells an agent that knows nothing of this conversation all it needs: what to do, where, what to keep to, and what
          done means. `description` is one line for people.
        - Ids are short and say what the task is about: letters, digits, `.`, `_`, `-`. No task is called `planner`.
        """;

    /// <summary>
    /// Renders the whole prompt as Markdown. It starts with a sentence, so that no program mistakes it for an option or command.
    /// </summary>
    public static string Render(PlannerPromptInput input)
    {
        var text = new StringBuilder();
        text.Append("You plan work in a software repository.\n\n").Append(Rules);
        if (input.Gates.Count > 0)
        {
            Heading(text, "Commands that check this project")
                .Append("They run for every task that names none; a task's own ones are better where they are quicker or sharper.\n\n");
            foreach (var gate in input.Gates)
            {
                text.Append("- `").Append(gate).Append("`\n");
            }
        }
        if (input.Conventions.Trim().Length > 0)
        {
            Heading(text, "Conventions of this repository").Append(input.Conventions.Trim()).Append('\n');
        }
        Heading(text, "Files of this repository").Append(input.Outline.Length > 0 ? input.Outline : "It is empty.\n");
        if (input.Schema is not null)
        {
            Heading(text, "Answer")
                .Append("Print one JSON object that fits this schema, and nothing else:\n\n")
                .Append(input.Schema.Trim())
                .Append('\n');
        }
        Heading(text, "Request").Append(input.Request.Trim()).Append('\n');
        return text.ToString();
    }

    /// <summary>Renders the request for a revised plan from the original request, the earlier plan and the user's remarks.</summary>
    public static string Otherwise(string request, string earlier, string remarks) =>
        $"""
            {request.Trim()}

            ## A plan that was made for this

            ```yaml
            {earlier.Trim()}
            ```

            ## The user's remarks about that plan

            Write the plan again with these remarks, and keep everything that they do not mention:

            {remarks.Trim()}
            """;

    private static StringBuilder Heading(StringBuilder text, string heading) => text.Append("\n# ").Append(heading).Append("\n\n");
}
