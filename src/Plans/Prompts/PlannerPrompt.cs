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

    /// <summary>JSON Schema of the answer, for planners that can receive it only in the prompt; null for other planners.</summary>
    public string? Schema { get; init; }
}

/// <summary>Creates prompts that ask a planner for a task graph.</summary>
public static class PlannerPrompt
{
    private const string Rules = """
        Divide the request below into tasks for coding agents. They work at the same time, each in its own git worktree, and do not see
        each other's work before it is merged. Only plan; change nothing. If the outline is not enough, read the files in this folder
        first.

        # What makes a good plan

        - One agent finishes a task in well under an hour. Do not make tasks smaller than necessary; one file with its tests is often
          the right size.
        - `files_write` lists every path that a task creates, changes or deletes, and as few other paths as possible. Two tasks that own
          the same path need an order (`depends_on`); it is better to divide the work so that they own different paths. Files to which
          many tasks only add lines (a changelog, a list of routes) belong in `files_append`.
        - Use `depends_on` only if a task needs the merged work of another task. Let tasks run at the same time where possible.
        - If two tasks must agree on an interface before either is done, write a contract with `name`, `file_path` and the signatures in
          `methods`; its `consumers` are the tasks that code against it. No task owns a contract file.
        - `verification` lists commands that show that a task is done: they exit with 0 if it is done, and fail otherwise. /bin/sh runs
          them at the root of the repository, without network and without a user. Never use `true`, `echo` or a pipe that hides the
          exit code.
        - `prompt` gives an agent that does not know this conversation all it needs: what to do, where, which rules to follow, and when
          the task is done. `description` is one line for people.
        - Ids are short and describe the task, with letters, digits, `.`, `_` and `-`. The id `planner` is reserved.
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
                .Append(
                    "They run for every task without `verification`. A task's own commands are better if they are faster or "
                        + "more specific.\n\n"
                );
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

            ## The earlier plan

            ```yaml
            {earlier.Trim()}
            ```

            ## The user's remarks about the earlier plan

            Write the plan again with these remarks, and keep everything that they do not mention:

            {remarks.Trim()}
            """;

    private static StringBuilder Heading(StringBuilder text, string heading) => text.Append("\n# ").Append(heading).Append("\n\n");
}
