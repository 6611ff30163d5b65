namespace Orchestrator.Plans;

/// <summary>Creates the prompt of a task. <c>orchestrate prompt</c> shows the same prompt that the agent receives.</summary>
public static class TaskPromptRenderer
{
    /// <summary>
    /// Renders the prompt as Markdown. It starts with a sentence, so that no agent program mistakes it for an option or command.
    /// </summary>
    public static string Render(TaskPromptInput input)
    {
        var task = input.Task;
        var text = new StringBuilder();
        text.Append(
                "You are one of several coding agents that work on the same repository at the same time, each in a git worktree "
                    + "of its own. "
            )
            .Append(
                "This worktree is yours: work in it and nowhere else. Nobody answers questions while you work, so decide what is "
                    + "open and write down why.\n"
            );

        Role(text, task.Role, input.RoleText);
        Assignment(text, input);
        OwnershipSection(text, task, input.NeedPerson);
        Machine(text, input.WorktreeVariables);
        Contracts(text, input);
        Texts(text, "Context", "Context texts about this project.", input.Context);
        Texts(
            text,
            "Notes of the tasks before",
            "Notes of the agents whose work you build on, as quotations.",
            [.. input.Notes.Select(notes => KeyValuePair.Create(notes.Key, PromptMarkdownElementWriter.Quoted(notes.Value)))]
        );
        TaskRequirementPromptRenderer.Process(text, task);
        TaskRequirementPromptRenderer.Gates(text, [.. task.Verification, .. input.FurtherGates], input.Rewritten);
        TaskRequirementPromptRenderer.Measurements(text, task.Measurements);
        if (!string.IsNullOrWhiteSpace(input.Guidance))
        {
            PromptMarkdownElementWriter
                .Heading(text, "Guidance")
                .Append("The user says about this " + "attempt:\n\n")
                .Append(input.Guidance.Trim())
                .Append('\n');
        }
        Ending(text, task);
        return text.ToString();
    }

    private static void Role(StringBuilder text, string? role, string? given)
    {
        var words = given ?? (role is null ? null : TaskRole.PromptOf(role));
        if (!string.IsNullOrWhiteSpace(words))
        {
            PromptMarkdownElementWriter.Heading(text, role is null ? "Your role" : $"Your role: {role}").Append(words.Trim()).Append('\n');
        }
    }

    private static void Assignment(StringBuilder text, TaskPromptInput input)
    {
        var task = input.Task;
        PromptMarkdownElementWriter.Heading(text, $"Your task: {task.Id}");
        var description = task.Description.Trim();
        var prompt = task.Prompt?.Trim() ?? "";
        if (description.Length > 0 && !prompt.StartsWith(description, StringComparison.Ordinal))
        {
            text.Append(description).Append('\n');
        }
        if (prompt.Length > 0)
        {
            text.Append(text[^2] == '\n' ? "" : "\n").Append(prompt).Append('\n');
        }

        // A prompt from a phase file already contains its steps.
        if (task.Checklist.Any(item => !prompt.Contains(item.Description, StringComparison.Ordinal)))
        {
            text.Append("\nSteps:\n\n");
            foreach (var item in task.Checklist)
            {
                text.Append(item.Completed ? "- [x] " : "- [ ] ").Append(item.Id).Append(": ").Append(item.Description).Append('\n');
            }
        }
        if (!string.IsNullOrWhiteSpace(input.Request))
        {
            text.Append("\nIt is one part of this request; do your part only:\n\n")
                .Append(PromptMarkdownElementWriter.Quoted(input.Request))
                .Append('\n');
        }
    }

    private static void OwnershipSection(StringBuilder text, PlanTask task, IReadOnlyList<string> needPerson)
    {
        PromptMarkdownElementWriter.Heading(text, "What you may change");
        var ownership = TaskFileOwnership.Of(task);
        if (ownership.OwnsEverything)
        {
            text.Append("You may change files anywhere in this worktree");
            if (task.FilesWrite is null && needPerson.Count > 0)
            {
                text.Append(", except these, whose change the user would have to approve first: ")
                    .AppendJoin(", ", needPerson.Select(path => $"`{path}`"));
            }
            text.Append(". Change what the task needs and nothing else.\n");
        }
        else if (ownership.OwnsNothing)
        {
            text.Append("Nothing: this task reads and reports. A change to any file is refused.\n");
        }
        else
        {
            text.Append(
                "Only these paths are yours to create, change or delete; everything else belongs to others, and a change there is "
                    + "refused:\n\n"
            );
            PromptMarkdownElementWriter.Items(text, task.FilesWrite ?? []);
            foreach (var patch in task.PatchIntents)
            {
                var what = string.Join(": ", new[] { patch.Action, patch.Intent }.Where(s => !string.IsNullOrWhiteSpace(s)));
                text.Append("- `").Append(patch.File).Append('`').Append(what.Length == 0 ? "" : $" ({what})").Append('\n');
            }
        }
        if (!ownership.OwnsEverything && task.FilesAppend.Count > 0)
        {
            text.Append("\nTo these you may only add lines; others add to them too:\n\n");
            PromptMarkdownElementWriter.Items(text, task.FilesAppend);
        }
        if (task.ResourcesWrite.Count > 0)
        {
            text.Append("\nYou alone define these resources:\n\n");
            PromptMarkdownElementWriter.Items(text, task.ResourcesWrite);
        }
        if (task.FilesRead is { Count: > 0 } || task.ResourcesRead.Count > 0)
        {
            text.Append("\nYour work builds on these; read them first and leave them as they are:\n\n");
            PromptMarkdownElementWriter.Items(text, [.. task.FilesRead ?? [], .. task.ResourcesRead]);
        }
        text.Append(
            "\nLock files and installed packages are changed by the orchestrator only. Do not push, switch branches, stash, "
                + "rebase, or touch git's configuration.\n"
        );
    }

    private static void Machine(StringBuilder text, IReadOnlyCollection<string> variables)
    {
        PromptMarkdownElementWriter
            .Heading(text, "What is yours on this machine")
            .Append("Others run servers and tests here at the same time. ")
            .Append("`$ORCHESTRATOR_PORT` and the 19 ports after it are this worktree's own, `$TMPDIR` is its own temporary folder, ")
            .Append(
                "and `$ORCHESTRATOR_WORKTREE` is a name for databases and containers that nobody else uses. Use these, not fixed "
                    + "ports, `/tmp` or shared databases."
            );
        text.Append(
                variables.Count == 0
                    ? ""
                    : $" Made of them for you: {string.Join(", ", variables.Order(StringComparer.Ordinal).Select(name => $"`${name}`"))}."
            )
            .Append('\n');
    }

    private static void Contracts(StringBuilder text, TaskPromptInput input)
    {
        if (input.Contracts.Count + input.OtherContracts.Count == 0)
        {
            return;
        }
        PromptMarkdownElementWriter
            .Heading(text, "Contracts")
            .Append(
                "Interfaces that tasks agreed on before they began. Their files are in your worktree, and only the orchestrator "
                    + "changes them: a change there is refused. "
            )
            .Append("If one can't be kept, end as blocked and say what it would have to be.\n");
        if (input.Contracts.Count > 0)
        {
            text.Append(
                "\nOther tasks rely on these at the same time. You are pinned to the version named here; keep to it exactly: "
                    + "names, parameters, types.\n"
            );
        }
        foreach (var contract in input.Contracts)
        {
            text.Append("\n## ")
                .Append(contract.Name)
                .Append(" (version ")
                .Append(contract.Version)
                .Append(") in `")
                .Append(contract.FilePath)
                .Append("`\n\n");
            PromptMarkdownElementWriter.Fenced(text, contract.Content, contract.Language.ToString().ToLowerInvariant());
        }

        // Versions are omitted, so that a changed contract does not change the content keys of unrelated tasks.
        if (input.OtherContracts.Count > 0)
        {
            text.Append("\nYou are no consumer of these. If your task implements one, read its file and hold to it exactly:\n\n");
            foreach (var contract in input.OtherContracts)
            {
                text.Append("- ").Append(contract.Name).Append(" in `").Append(contract.FilePath).Append("`\n");
            }
        }
    }

    private static void Texts(StringBuilder text, string heading, string opening, IReadOnlyList<KeyValuePair<string, string>> texts)
    {
        if (texts.Count == 0)
        {
            return;
        }
        PromptMarkdownElementWriter.Heading(text, heading).Append(opening).Append('\n');
        foreach ((var name, var content) in texts)
        {
            text.Append("\n## ").Append(name).Append("\n\n").Append(content.Trim()).Append('\n');
        }
    }

    private static void Ending(StringBuilder text, PlanTask task)
    {
        PromptMarkdownElementWriter
            .Heading(text, "When you are done")
            .Append("Commit your work or leave it in the worktree; both are taken. Then run exactly one of these as your last step:\n\n");
        text.Append("- the task is done: `orchestrate done --task ").Append(task.Id).Append(" --status completed`\n");
        text.Append("- you need a decision or something that is not yours to change: `orchestrate done --task ")
            .Append(task.Id)
            .Append(" --status blocked --reason \"WHAT YOU NEED\"`\n");
        text.Append("- you need a package that is not installed: `orchestrate blocked --needs \"PACKAGE>=VERSION\"`\n");
        text.Append("- you would have to change a file that is not yours: `orchestrate blocked --file PATH --reason \"WHY\"`\n");
        text.Append("- it is too much for one task: `orchestrate blocked --split \"FIRST PART\" \"SECOND PART\"`\n");
        text.Append("- it can't be done: `orchestrate done --task ").Append(task.Id).Append(" --status failed --reason \"WHY\"`\n");
    }
}
