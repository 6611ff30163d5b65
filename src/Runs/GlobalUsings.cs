// Namespaces that steps all over this project need for one type each.
global using Orchestrator.Agents.Command;
global using Orchestrator.Plans.Readers.Formats;
