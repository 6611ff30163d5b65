namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Finds the phase tables in a master plan and reads their rows. Columns are identified by their headings.</summary>
internal static class MasterPlanPhaseTableReader
{
    private static readonly Dictionary<string, MasterPlanPhaseTableColumn> Headings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["phase"] = MasterPlanPhaseTableColumn.Id,
        ["#"] = MasterPlanPhaseTableColumn.Id,
        ["id"] = MasterPlanPhaseTableColumn.Id,
        ["no"] = MasterPlanPhaseTableColumn.Id,
        ["no."] = MasterPlanPhaseTableColumn.Id,
        ["nr"] = MasterPlanPhaseTableColumn.Id,
        ["number"] = MasterPlanPhaseTableColumn.Id,
        ["phase id"] = MasterPlanPhaseTableColumn.Id,
        ["phase #"] = MasterPlanPhaseTableColumn.Id,
        ["title"] = MasterPlanPhaseTableColumn.Title,
        ["name"] = MasterPlanPhaseTableColumn.Title,
        ["phase title"] = MasterPlanPhaseTableColumn.Title,
        ["phase name"] = MasterPlanPhaseTableColumn.Title,
        ["file"] = MasterPlanPhaseTableColumn.Title,
        ["link"] = MasterPlanPhaseTableColumn.Title,
        ["document"] = MasterPlanPhaseTableColumn.Title,
        ["phase file"] = MasterPlanPhaseTableColumn.Title,
        ["focus"] = MasterPlanPhaseTableColumn.Focus,
        ["description"] = MasterPlanPhaseTableColumn.Focus,
        ["goal"] = MasterPlanPhaseTableColumn.Focus,
        ["scope"] = MasterPlanPhaseTableColumn.Focus,
        ["objective"] = MasterPlanPhaseTableColumn.Focus,
        ["risk"] = MasterPlanPhaseTableColumn.Risk,
        ["risk level"] = MasterPlanPhaseTableColumn.Risk,
        ["status"] = MasterPlanPhaseTableColumn.Status,
        ["state"] = MasterPlanPhaseTableColumn.Status,
        ["depends on"] = MasterPlanPhaseTableColumn.DependsOn,
        ["dependencies"] = MasterPlanPhaseTableColumn.DependsOn,
        ["dependency"] = MasterPlanPhaseTableColumn.DependsOn,
    };

    private enum MasterPlanPhaseTableColumn
    {
        Id,
        Title,
        Focus,
        Risk,
        Status,
        DependsOn,

        /// <summary>
        /// A column whose heading is a name that another tool uses for the order of phases. Its cells are used only if they name phases.
        /// </summary>
        OtherOrder,
    }

    /// <summary>Reads the rows of all phase tables, and reports unreadable rows.</summary>
    public static IReadOnlyList<MasterPlanPhaseTableRow> Read(IReadOnlyList<MarkdownLine> lines, FaultList faults)
    {
        var rows = new List<MasterPlanPhaseTableRow>();
        var found = false;
        for (var i = 0; i + 1 < lines.Count; i++)
        {
            if (
                !MarkdownTableLineParser.IsRow(lines[i])
                || !MarkdownTableLineParser.IsRow(lines[i + 1])
                || !MarkdownTableLineParser.IsSeparator(lines[i + 1].Text)
            )
            {
                continue;
            }
            var columns = Columns(lines[i], faults);
            var width = MarkdownTableLineParser.Cells(lines[i].Text).Count;
            for (i += 2; i < lines.Count && MarkdownTableLineParser.IsRow(lines[i]); i++)
            {
                if (columns is not null && ReadRow(lines[i], columns, width, faults) is { } row)
                {
                    rows.Add(row);
                }
            }
            found |= columns is not null;
            i--;
        }
        if (!found)
        {
            faults.Add(
                "no-phase-table",
                FaultSeverity.Error,
                1,
                1,
                "",
                "The file has no table of phases.",
                "Add a table with the columns 'Phase', 'Title' and 'Status'; each title links to the phase's file: | 1 | "
                    + "[Setup](phase1.md) | Pending |."
            );
        }
        else if (rows.Count == 0 && !faults.HasErrors)
        {
            faults.Add(
                "no-tasks",
                FaultSeverity.Error,
                1,
                1,
                "",
                "The table of phases has no rows.",
                "Add a row per phase: | 1 | [Setup](phase1.md) | Pending |."
            );
        }
        return rows;
    }

    /// <summary>Normalizes a phase id, so that <c>Phase 2</c>, <c>**2**</c> and <c>2</c> are equal.</summary>
    public static string IdOf(string text)
    {
        var plain = InlineMarkdownParser.Plain(text).Trim().TrimEnd('.', ':').Trim();
        return plain.StartsWith("phase", StringComparison.OrdinalIgnoreCase) && plain.Length > 5 && !char.IsLetterOrDigit(plain[5])
            ? plain[5..].Trim(' ', '-', '_', '#', ':')
            : plain;
    }

    private static Dictionary<MasterPlanPhaseTableColumn, int>? Columns(MarkdownLine header, FaultList faults)
    {
        var columns = new Dictionary<MasterPlanPhaseTableColumn, int>();
        var cells = MarkdownTableLineParser.Cells(header.Text);
        int[] ids =
        [
            .. cells
                .Index()
                .Where(c =>
                    Headings.TryGetValue(InlineMarkdownParser.Plain(c.Item.Text), out var column) && column == MasterPlanPhaseTableColumn.Id
                )
                .Select(c => c.Index),
        ];
        for (var i = 0; i < cells.Count; i++)
        {
            if (Headings.TryGetValue(InlineMarkdownParser.Plain(cells[i].Text), out var column))
            {
                columns.TryAdd(column, i);
            }
        }

        // In "| # | Phase | Status |", the number column has the id, so "Phase" is the title.
        if (
            ids.Length == 2
            && !columns.ContainsKey(MasterPlanPhaseTableColumn.Title)
            && Array.FindIndex(ids, i => InlineMarkdownParser.Plain(cells[i].Text).Equals("phase", StringComparison.OrdinalIgnoreCase))
                is >= 0
                    and var phase
        )
        {
            columns[MasterPlanPhaseTableColumn.Title] = ids[phase];
            columns[MasterPlanPhaseTableColumn.Id] = ids[1 - phase];
        }

        // Other tables (risks, files, decisions) have no phase column, or have neither a title nor a status column beside it.
        var isPhases =
            columns.ContainsKey(MasterPlanPhaseTableColumn.Id)
            && (columns.ContainsKey(MasterPlanPhaseTableColumn.Title) || columns.ContainsKey(MasterPlanPhaseTableColumn.Status));
        if (isPhases)
        {
            AddSynonyms(columns, cells, header.Number, faults);
        }
        return isPhases ? columns : null;
    }

    private static void AddSynonyms(
        Dictionary<MasterPlanPhaseTableColumn, int> columns,
        IReadOnlyList<MarkdownTableCell> cells,
        int line,
        FaultList faults
    )
    {
        for (var i = 0; i < cells.Count; i++)
        {
            var word = InlineMarkdownParser.Plain(cells[i].Text);
            if (!Headings.ContainsKey(word) && PhaseFieldNames.Keys.IsSynonym(word))
            {
                var key = PhaseFieldNames.Keys.Find(word)!;
                if (
                    columns.TryAdd(
                        key == PhaseFieldNames.DependsOn ? MasterPlanPhaseTableColumn.OtherOrder : MasterPlanPhaseTableColumn.Status,
                        i
                    )
                )
                {
                    faults.Add(PhaseFieldNames.Synonym(faults.File, line, word, key));
                }
            }
        }
    }

    private static MasterPlanPhaseTableRow? ReadRow(
        MarkdownLine line,
        Dictionary<MasterPlanPhaseTableColumn, int> columns,
        int width,
        FaultList faults
    )
    {
        MasterPlanPhaseTableRow? Refuse(string code, int column, string message, string cure)
        {
            faults.Add(code, FaultSeverity.Error, line.Number, column, "", message, cure);
            return null;
        }

        var cells = MarkdownTableLineParser.Cells(line.Text);
        if (cells.Count > width)
        {
            var message = $"The row has {Plural.Of(cells.Count, "cell")}, but the heading has {width}.";
            return Refuse("bad-row", cells[width].Start + 1, message, "Write '\\|' for a '|' inside a cell.");
        }

        MarkdownTableCell? CellOf(MasterPlanPhaseTableColumn column) =>
            columns.TryGetValue(column, out var at) && at < cells.Count ? cells[at] : null;
        string TextOf(MasterPlanPhaseTableColumn column) => CellOf(column)?.Text ?? "";

        var id = IdOf(TextOf(MasterPlanPhaseTableColumn.Id));
        var title = InlineMarkdownParser.Plain(TextOf(MasterPlanPhaseTableColumn.Title));
        if (id.Length == 0)
        {
            const string Cure = "Write the phase's number in the first column, or remove the row.";
            return Refuse("bad-row", 1, "The row does not name a phase.", Cure);
        }
        if (TaskId.Fault(id) is { } fault)
        {
            var suggestion = TaskId.Suggest(id);
            return Refuse(
                "bad-id",
                (CellOf(MasterPlanPhaseTableColumn.Id)?.Start ?? 0) + 1,
                $"The phase '{id}' {fault}; its id becomes part of branch and file names.",
                suggestion.Length == 0 ? "Use a number." : $"Write '{suggestion}'."
            );
        }
        var link =
            InlineMarkdownParser.LinkTarget(TextOf(MasterPlanPhaseTableColumn.Title))
            ?? cells.Select(c => InlineMarkdownParser.LinkTarget(c.Text)).FirstOrDefault(t => t is not null);
        return new MasterPlanPhaseTableRow(
            line.Number,
            id,
            title.Length == 0 ? $"Phase {id}" : title,
            link,
            InlineMarkdownParser.Plain(TextOf(MasterPlanPhaseTableColumn.Focus)),
            InlineMarkdownParser.Plain(TextOf(MasterPlanPhaseTableColumn.Risk)),
            CellOf(MasterPlanPhaseTableColumn.Status),
            PhaseDependencyReader.NamesPhases(TextOf(MasterPlanPhaseTableColumn.OtherOrder))
                ? $"{TextOf(MasterPlanPhaseTableColumn.DependsOn)}, {TextOf(MasterPlanPhaseTableColumn.OtherOrder)}".TrimStart(',', ' ')
                : TextOf(MasterPlanPhaseTableColumn.DependsOn)
        );
    }
}
