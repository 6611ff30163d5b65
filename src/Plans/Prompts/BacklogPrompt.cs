namespace Orchestrator.Plans;

/// <summary>Creates prompts that ask a planner for backlog tasks, either from a document or as subtasks of a task.</summary>
public static class BacklogPrompt
{
    private const string Rules = """
        Create tasks for the backlog of this repository. People and coding agents will do them later, each task on its own. Change nothing
        now. If the outline is not enough, read the files in this folder first.

        - A task is useful by itself, can be tested, and takes an agent well under an hour. Keep related work in one task.
        - Use `dependencies` only if a task can't start before another one is done.
        - `details` contains decisions and required knowledge; `testStrategy` describes how to verify the work.
        """;

    /// <summary>Creates the prompt that asks for backlog tasks from a document.</summary>
    /// <param name="input">Document, outline and conventions of the repository.</param>
    /// <param name="titles">Titles of existing tasks, which the planner must not repeat.</param>
    public static string OfDocument(PlannerPromptInput input, IReadOnlyList<string> titles)
    {
        var text = Begin(input);
        if (titles.Count > 0)
        {
            text.Append("\n# Existing tasks; do not repeat them\n\n");
            foreach (var title in titles)
            {
                text.Append("- ").Append(title).Append('\n');
            }
        }
        return text.Append("\n# Document\n\n").Append(input.Request.Trim()).Append('\n').ToString();
    }

    /// <summary>Creates the prompt that asks for the subtasks of a backlog task.</summary>
    /// <param name="input">Text of the task, outline and conventions of the repository.</param>
    /// <param name="research">True to tell the planner to inspect the repository thoroughly first.</param>
    public static string OfTask(PlannerPromptInput input, bool research) =>
        Begin(input)
            .Append(
                research
                    ? "\nFirst study the existing code. Read the code that the task changes and the code that it uses, and base "
                        + "the parts on your findings.\n"
                    : ""
            )
            .Append(
                "\n# Task to divide into parts\n\nYour tasks become its subtasks, in order; together they must cover the whole task.\n\n"
            )
            .Append(input.Request.Trim())
            .Append('\n')
            .ToString();

    private static StringBuilder Begin(PlannerPromptInput input)
    {
        var text = new StringBuilder("You plan work in a software repository.\n\n").Append(Rules).Append('\n');
        if (input.Conventions.Trim().Length > 0)
        {
            text.Append("\n# Conventions of this repository\n\n").Append(input.Conventions.Trim()).Append('\n');
        }
        text.Append("\n# Files of this repository\n\n").Append(input.Outline.Length > 0 ? input.Outline : "It is empty.\n");
        return input.Schema is null
            ? text
            : text.Append("\n# Answer\n\nPrint one JSON object that fits this schema, and nothing else:\n\n")
                .Append(input.Schema.Trim())
                .Append('\n');
    }
}
