-- The health of a DingTalkRobot, NotificationTemplate or NotificationSubscription in Argo CD, from its condition Ready.
-- argocd-cm.yaml has this text for each of the three kinds; a test compares them.
local status = obj.status or {}
if status.observedGeneration ~= obj.metadata.generation then
  if status.observedGeneration == nil then
    return {
      status = "Progressing",
      message = "The operator has not reported on the resource yet. If this stays, no operator runs, or it does not serve the namespace.",
    }
  end
  return { status = "Progressing", message = "The operator has not reported on the newest version of the resource yet." }
end
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Ready" then
    if condition.status == "True" then
      return { status = "Healthy", message = condition.message }
    end
    local health = "Degraded"
    if condition.reason == "Suspended" then
      health = "Suspended"
    elseif condition.status ~= "False" or condition.reason == "Pending" or condition.reason == "GateUnavailable" then
      -- The operator goes on by itself.
      health = "Progressing"
    end
    return { status = health, message = (condition.reason or "") .. ": " .. (condition.message or "") }
  end
end
return { status = "Progressing", message = "The operator has not reported whether the resource is ready." }
